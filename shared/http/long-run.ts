import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { releaseLease, renewLease, takeLease } from '#shared/db/leases.ts'
import type { Resources } from './resources.ts'
import type { RouteContext } from './route.ts'

const LEASE_SECONDS = 60
const RENEW_MS = 15_000
/** Left of the call's time to answer in. */
const ANSWER_MS = 1_500

export type LongRunContext = {
  /** Rejects when the lease was lost: another run may be under way, and nothing of this one may take effect any more. */
  assertOurs: () => Promise<void>
}

const underWay = new WeakMap<Resources, Promise<unknown>>()

const runAlone = async <T>(
  resources: Resources,
  holder: string,
  work: (context: LongRunContext) => Promise<T>,
): Promise<T> => {
  const { sql, config, log } = resources
  const lease = { name: `${config.functionName}:run`, holder, seconds: LEASE_SECONDS }
  const assertOurs = async (): Promise<void> => {
    if (!(await renewLease(sql, lease))) throw new Error('The lease was lost: another run may be under way.')
  }
  const timer = setInterval(
    () => void assertOurs().catch((error: unknown) => log.warn({ err: error }, 'a lease was not renewed')),
    RENEW_MS,
  )
  try {
    return await work({ assertOurs })
  } finally {
    clearInterval(timer)
    await releaseLease(sql, lease.name, holder).catch(() => undefined)
  }
}

/**
 * Work that may take longer than a call: a platform ends calls after some 20 s, and leaves the process running. It goes on behind the call
 * under a lease of its own that is renewed while it lives; whoever asks meanwhile joins it.
 * @returns what the work gave, or undefined while it is still under way, here or in another replica
 */
export const joinLongRun = async <T>(
  context: RouteContext<undefined, unknown, unknown>,
  work: (context: LongRunContext) => Promise<T>,
): Promise<T | undefined> => {
  const { resources, sql, remainingMs } = context
  let running = underWay.get(resources) as Promise<T> | undefined
  if (!running) {
    const holder = `${hostname().slice(0, 60)}:${randomUUID()}`
    const name = `${resources.config.functionName}:run`
    if (!(await takeLease(sql, { name, holder, seconds: LEASE_SECONDS, minIntervalSeconds: 0 })))
      return undefined
    running = runAlone(resources, holder, work)
    underWay.set(resources, running)
    // heard by whoever waits; the work itself reports its failure
    running.catch(() => undefined).finally(() => underWay.delete(resources))
  }
  let timer: NodeJS.Timeout | undefined
  const timeOver = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(0, remainingMs() - ANSWER_MS))
  })
  try {
    return await Promise.race([running, timeOver])
  } finally {
    clearTimeout(timer)
  }
}
