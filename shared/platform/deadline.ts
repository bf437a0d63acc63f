import { AppError } from '#shared/errors.ts'

export type Deadline = {
  /** Aborted when time is up or the caller hung up. */
  signal: AbortSignal
  remainingMs: () => number
}

/**
 * Runs `work` for at most `ms`: afterwards the caller gets 504 `deadline` at once, and the work, which can't be stopped from
 * outside, sees the aborted signal. Whatever it still commits is found again under its Idempotency-Key.
 */
export const withDeadline = async <T>(
  ms: number,
  caller: AbortSignal,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> => {
  const endsAt = performance.now() + ms
  const controller = new AbortController()
  const { promise: expired, reject } = Promise.withResolvers<never>()
  expired.catch(() => undefined)
  const onCallerGone = (): void => controller.abort(caller.reason)
  const timer = setTimeout(() => {
    const error = new AppError('deadline', {
      detail: `No answer within ${ms} ms; repeat the call with the same Idempotency-Key.`,
    })
    controller.abort(error)
    reject(error)
  }, ms)
  if (caller.aborted) onCallerGone()
  else caller.addEventListener('abort', onCallerGone, { once: true })
  try {
    return await Promise.race([
      work({ signal: controller.signal, remainingMs: () => Math.max(0, endsAt - performance.now()) }),
      expired,
    ])
  } finally {
    clearTimeout(timer)
    caller.removeEventListener('abort', onCallerGone)
  }
}
