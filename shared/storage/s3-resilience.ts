import {
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel'
import { InvalidArgumentError, InvalidBucketNameError, InvalidObjectNameError, S3Error } from 'minio'
import { AppError, unavailable } from '#shared/errors.ts'
import { untilAborted } from './until-aborted.ts'

/** `signal` stops the waiting; `retry: false` tries once (for a readiness probe). */
export type CallOptions = { signal?: AbortSignal | undefined; retry?: boolean }

export type CallPolicy = <T>(work: (signal: AbortSignal) => Promise<T>, options?: CallOptions) => Promise<T>

const FAILURES_TO_OPEN = 5
const HALF_OPEN_AFTER_MS = 5_000

/** Wrong use of minio-js by this program: a bug, to be seen as such and never as the store being away. */
const isMisuse = (error: unknown): boolean =>
  error instanceof TypeError ||
  error instanceof RangeError ||
  error instanceof InvalidArgumentError ||
  error instanceof InvalidBucketNameError ||
  error instanceof InvalidObjectNameError

/**
 * A clear answer of the server (a missing object, a refused key) says that it works; everything else counts
 * against it.
 */
const isOutage = (error: unknown): boolean =>
  !(error instanceof AppError) && !(error instanceof S3Error) && !isMisuse(error)

const stoppedBy = ({ reason }: AbortSignal): AppError =>
  reason instanceof AppError ? reason : new AppError('deadline', { cause: reason })

const toAppError = (error: unknown, signal: AbortSignal | undefined): unknown => {
  if (error instanceof AppError || isMisuse(error)) return error
  if (signal?.aborted) return stoppedBy(signal)
  if (error instanceof S3Error && (error.code === 'NoSuchKey' || error.code === 'NotFound')) {
    return new AppError('file_not_found', { detail: 'The file does not exist.', cause: error })
  }
  return unavailable('The file storage is not available right now.', error, HALF_OPEN_AFTER_MS / 1000)
}

/**
 * How every call to the store is made: two more tries with jitter after an outage, `timeoutMs` for all of
 * them together, and a breaker that after 5 failed calls in a row answers at once for 5 s. Throws AppError:
 * `file_not_found`, `unavailable`, or when `signal` aborts its reason (`deadline` unless that is an AppError
 * itself), which never counts against the store.
 */
export const createCallPolicy = (timeoutMs: number): CallPolicy => {
  const outage = handleWhen(isOutage)
  const breaker = circuitBreaker(outage, {
    halfOpenAfter: HALF_OPEN_AFTER_MS,
    breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
  })
  const once = timeout(timeoutMs, TimeoutStrategy.Aggressive)
  const patient = wrap(
    once,
    retry(outage, {
      maxAttempts: 2,
      backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 1_000 }),
    }),
  )
  return async (work, options = {}) => {
    const { signal } = options
    const limited = options.retry === false ? once : patient
    const guarded = async (): Promise<Awaited<ReturnType<typeof work>>> => {
      try {
        return await limited.execute((context) => work(context.signal), signal)
      } catch (error) {
        // A caller who goes away looks like a timeout in here, and must not count as one.
        throw signal?.aborted ? stoppedBy(signal) : error
      }
    }
    try {
      signal?.throwIfAborted()
      // While the breaker probes with one call, the others wait for its outcome: a caller may leave then.
      return await untilAborted(breaker.execute(guarded), signal)
    } catch (error) {
      throw toAppError(error, signal)
    }
  }
}
