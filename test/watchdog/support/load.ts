import { randomUUID } from 'node:crypto'
import { Agent, fetch } from 'undici'
import type { StackDescription } from '../../../local/stack-file.ts'
import { signToken } from '../../e2e/support/caller.ts'

/** One thing that somebody wants of a function; sent again with the same key until it is done. */
export type Wish = {
  method: string
  /** Under the function's path. */
  path: string
  body?: string | Buffer | undefined
  headers?: Record<string, string>
}

export type Refusal = { status: number; isSafeToRetry: boolean; text: string }

export type Load = {
  /** Resolves when so many calls are under way at once. */
  full: Promise<void>
  /** Every wish was granted; what was answered on the way. */
  done: Promise<{ granted: number; refusals: Refusal[] }>
  /** No new wishes; those under way are brought to their end. */
  enough: () => void
}

/** At half a second each: more than any restart takes. */
const MOST_TRIES = 100
const agent = new Agent({ connections: null, pipelining: 1, bodyTimeout: 0, headersTimeout: 0 })

/**
 * "Safe" is what says of itself that nothing was done: 503 and 429 with Retry-After (the gateway's, when the function is away, and the
 * functions' own), of-watchdog's 429, and 409 where the same work is under way already.
 */
const judge = (status: number, headers: { get: (name: string) => string | null }, text: string): Refusal => ({
  status,
  text: text.slice(0, 300),
  isSafeToRetry:
    ([429, 503].includes(status) && headers.get('retry-after') !== null) ||
    (status === 429 && headers.get('x-openfaas-internal') === 'faas-middleware') ||
    (status === 409 && text.includes('"in_progress"')),
})

/** Keeps `inFlight` wishes under way at the function, each under a key of its own. */
export const startLoad = (
  stack: StackDescription,
  functionName: string,
  inFlight: number,
  makeWish: (index: number) => Wish,
): Load => {
  const full = Promise.withResolvers<void>()
  const refusals: Refusal[] = []
  let isEnough = false
  let underWay = 0
  let wishes = 0
  let granted = 0
  const token = signToken(stack.client, functionName)

  const send = async ({ method, path, body, headers }: Wish, key: string): Promise<Refusal | undefined> => {
    underWay += 1
    if (underWay === inFlight) full.resolve()
    try {
      const response = await fetch(`${stack.gateway}/function/${functionName}${path}`, {
        method,
        dispatcher: agent,
        headers: {
          authorization: `Bearer ${await token}`,
          ...(method === 'GET' ? {} : { 'idempotency-key': key, 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
      })
      const text = await response.text()
      return response.ok ? undefined : judge(response.status, response.headers, text)
    } finally {
      underWay -= 1
    }
  }

  const grant = async (wish: Wish): Promise<void> => {
    const key = randomUUID()
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const refusal = await send(wish, key)
      if (!refusal) {
        granted += 1
        return
      }
      refusals.push(refusal)
      if (!refusal.isSafeToRetry) return
      if (refusal.status === 409) {
        // another call is doing just that
        granted += 1
        return
      }
      // as Retry-After asks, but not all at once
      await new Promise((resolve) => setTimeout(resolve, 400 + Math.random() * 400))
    }
    throw new Error(`${functionName}: a wish was refused ${MOST_TRIES} times`)
  }

  const worker = async (): Promise<void> => {
    while (!isEnough) {
      wishes += 1
      await grant(makeWish(wishes))
    }
  }
  const done = Promise.all(Array.from({ length: inFlight }, worker)).then(() => ({ granted, refusals }))
  done.catch(() => undefined)
  return {
    full: full.promise,
    done,
    enough: () => {
      isEnough = true
    },
  }
}
