import { setTimeout as sleep } from 'node:timers/promises'
import { createTokenSource } from '#shared/platform/tokens.ts'
import { clientOf } from '../../../local/stack-client.ts'
import type { StackDescription } from '../../../local/stack-file.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
export type Answer = { status: number; body: any }

export type Call = { functionName: string; method?: string; path?: string; body?: unknown; key?: string }

export type Caller = {
  /** Delivers until it is taken: nobody who calls us may give up on money. Undefined where the storm is over first. */
  deliver: (call: Call) => Promise<Answer | undefined>
  /** Calls whose outcome was not heard when the storm ended; they are delivered then. */
  unfinished: () => readonly Call[]
  control: (url: string, method: 'GET' | 'POST' | 'DELETE', body?: unknown) => Promise<Answer>
}

const PAUSE_MS = 150
const TIMEOUT_MS = 25_000

const read = async (response: Response): Promise<Answer> => {
  const text = await response.text()
  const isJson = (response.headers.get('content-type') ?? '').includes('json')
  return { status: response.status, body: isJson && text !== '' ? JSON.parse(text) : text }
}

/** Worth another try with the same key: away, busy, or not heard at all. */
const isOpen = ({ status, body }: Answer): boolean =>
  status >= 502 || status === 429 || (status === 409 && body?.code === 'in_progress')

export const createCaller = (stack: StackDescription, isOver: () => boolean): Caller => {
  const client = clientOf(stack)
  const tokenFor = createTokenSource(client)
  const unfinished = new Set<Call>()

  const once = async ({ functionName, method = 'POST', path = '/', body, key }: Call): Promise<Answer> => {
    const response = await fetch(`${stack.gateway}/function/${functionName}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await tokenFor(functionName)}`,
        'content-type': 'application/json',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    return read(response)
  }

  return {
    deliver: async (call) => {
      unfinished.add(call)
      for (;;) {
        const answer = await once(call).catch((): Answer => ({ status: 599, body: undefined }))
        if (!isOpen(answer)) {
          unfinished.delete(call)
          return answer
        }
        if (isOver()) return undefined
        await sleep(PAUSE_MS)
      }
    },
    unfinished: () => [...unfinished],
    control: async (url, method, body) =>
      read(
        await fetch(url, {
          method,
          headers: { 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(TIMEOUT_MS),
        }),
      ),
  }
}
