import type { Clock } from '../telegram/clock.ts'
import type { MethodFault } from './rules.ts'

/** A caller hangs up long before; without a caller that does, nothing waits for ever. */
const TIMEOUT_MS = 120_000
const DELAY_MS = 1_000

/** How the API refuses with that status. */
export type Refuse = (status: number, fault: MethodFault) => Response

/** Waits, or until the caller hangs up. */
const hold = (clock: Clock, waitMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const cancel = clock.setTimeout(resolve, waitMs)
    signal.addEventListener(
      'abort',
      () => {
        cancel()
        resolve()
      },
      { once: true },
    )
  })

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object with those members over its own, nested objects member by member; null takes a member away. */
export const mergeOver = (
  base: Record<string, unknown>,
  over: Record<string, unknown>,
): Record<string, unknown> => {
  const merged = { ...base }
  for (const [name, value] of Object.entries(over)) {
    const below = merged[name]
    if (value === null) delete merged[name]
    else merged[name] = isPlain(value) && isPlain(below) ? mergeOver(below, value) : value
  }
  return merged
}

const alter = async (answer: Response, fields: Record<string, unknown>): Promise<Response> => {
  const body: unknown = await answer.json()
  return Response.json(isPlain(body) ? mergeOver(body, fields) : body, { status: answer.status })
}

/**
 * Answers a call as the fault says; `run` does what the call asks for. `Response.error()` means: cut the connection. Refusals leave `run`
 * alone; with `accept-then-...` the work is done and the caller does not learn it.
 */
export const answerWithFault = async (
  fault: MethodFault | undefined,
  run: () => Promise<Response>,
  context: { refuse: Refuse; clock: Clock; signal: AbortSignal },
): Promise<Response> => {
  const { refuse, clock, signal } = context
  const holdFor = (fallbackMs: number) => hold(clock, fault?.delayMs ?? fallbackMs, signal)
  switch (fault?.do) {
    case '400':
    case '401':
    case '403':
    case '429':
    case '500':
      return refuse(Number(fault.do), fault)
    case 'reset':
      return Response.error()
    case 'timeout':
      await holdFor(TIMEOUT_MS)
      return Response.error()
    case 'delay':
      await holdFor(DELAY_MS)
      return await run()
    case 'accept-then-500':
      await run()
      return refuse(500, fault)
    case 'accept-then-reset':
      await run()
      return Response.error()
    case 'accept-then-timeout':
      await run()
      await holdFor(TIMEOUT_MS)
      return Response.error()
    case 'accept-then-delay': {
      const answer = await run()
      await holdFor(DELAY_MS)
      return answer
    }
    case 'alter':
      return await alter(await run(), fault.fields ?? {})
    default:
      return await run()
  }
}
