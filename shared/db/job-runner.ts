import { Logger, type RunOnceOptions, runTaskListOnce, type TaskList, type WorkerPool } from 'graphile-worker'
import pg from 'pg'
import type { Postponement } from './job-queue.ts'

/** Thrown by a task that has to wait, not one that failed: the job is due again in `seconds` and no attempt is used up. */
export class RetryLater extends Error {
  override name = 'RetryLater' as const
  readonly seconds: number
  constructor(seconds: number) {
    super(`to be tried again in ${Math.ceil(seconds)} s`)
    this.seconds = seconds
  }
}

export type Job = { id: string; task: string; attempt: number; isLastAttempt: boolean }
/** Returns when the job is done; throws to have it tried again, with graphile-worker's backoff (e^attempt seconds). */
export type JobTask = (payload: unknown, job: Job) => Promise<void>

export type RunResult = {
  /** Times that a task was started. */
  handled: number
  failed: number
  /** By job: a job may come up twice in a run. */
  postponed: Map<string, Postponement>
}

export type JobRunnerOptions = {
  /** Of a role that may use graphile-worker's tables; no DDL is done. */
  url: string
  applicationName: string
  concurrency: number
  onFailure: (error: unknown, job: Job) => void
  onLog: (level: 'warn' | 'debug', message: string) => void
}

export type JobRunner = {
  /** Works off what is due until nothing is left or `budgetMs` is over; jobs under way are then finished. */
  run: (
    tasks: Readonly<Record<string, JobTask>>,
    budget: { budgetMs: number; workers: number; signal: AbortSignal },
  ) => Promise<RunResult>
}

const CONNECT_TIMEOUT_MS = 3_000
const QUERY_TIMEOUT_MS = 6_000

const openPool = ({ url, applicationName, concurrency, onLog }: JobRunnerOptions): pg.Pool => {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: applicationName,
    max: concurrency,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
  })
  const onError = (error: Error): void => onLog('warn', `a worker's connection broke: ${error.message}`)
  // without listeners a lost connection would end the process
  pool.on('error', onError)
  pool.on('connect', (client) => client.on('error', onError))
  return pool
}

/**
 * Stands in for the one connection that runTaskListOnce asks for: it marks a job as done while it looks for the next one, two
 * queries at a time, which one connection will not take any more (pg 9). It calls nothing but `query`.
 */
const asClient = (pool: pg.Pool): pg.PoolClient => pool as unknown as pg.PoolClient

/**
 * Has a worker take no more jobs. One that has not begun yet (it looks for stale locks first) cannot be stopped: it would then begin as a
 * stopped one, and fail an assertion that nobody catches.
 */
const stopWorker = (worker: WorkerPool): void => {
  if (worker._start) setTimeout(stopWorker, 10, worker)
  // one that ended by itself meanwhile has nothing left to stop; failures show in its own promise
  else Promise.resolve(worker.gracefulShutdown('the time is over')).catch(() => undefined)
}

/** Stops the workers when the budget is used up or the signal comes, whichever is first; what it gives ends the watch. */
const stopAt = (workers: WorkerPool[], budgetMs: number, signal: AbortSignal): (() => void) => {
  const end = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(budgetMs))])
  const stop = (): void => workers.forEach(stopWorker)
  if (end.aborted) stop()
  else end.addEventListener('abort', stop, { once: true })
  return () => end.removeEventListener('abort', stop)
}

/**
 * Runs graphile-worker for moments at a time, as a function that is called does: `runTaskListOnce` on connections of its own, which neither
 * migrates nor listens. (`runOnce` would look for migrations, and leaves an entry in a map that nobody empties at each start.)
 */
export const createJobRunner = (options: JobRunnerOptions): JobRunner => {
  const logger = new Logger(() => (level, message, meta) => {
    // failures of tasks are told by onFailure
    const isOurs = meta.failure === true
    options.onLog(!isOurs && (level === 'error' || level === 'warning') ? 'warn' : 'debug', message)
  })
  // One object for all runs: graphile-worker keeps what it derives from it, for ever.
  const workerOptions: RunOnceOptions = {
    logger,
    noHandleSignals: true,
    noPreparedStatements: true,
    // Batches of one tick: unbatched, graphile-worker does not catch a lost connection while it marks a job as done.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  }

  const wrap = (tasks: Readonly<Record<string, JobTask>>, result: RunResult): TaskList => {
    const firstAttempts = new Map<string, number>()
    const wrapTask =
      (name: string, task: JobTask): TaskList[string] =>
      async (payload, { job: { id, attempts, max_attempts: maxAttempts } }) => {
        const job = { id: String(id), task: name, attempt: attempts, isLastAttempt: attempts >= maxAttempts }
        const before = firstAttempts.get(job.id) ?? attempts - 1
        firstAttempts.set(job.id, before)
        result.handled += 1
        try {
          await task(payload, job)
        } catch (error) {
          if (error instanceof RetryLater) {
            result.postponed.set(job.id, { jobId: job.id, seconds: error.seconds, attempts: before })
          } else {
            result.postponed.delete(job.id)
            result.failed += 1
            options.onFailure(error, job)
          }
          throw error
        }
      }
    return Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, wrapTask(name, task)]))
  }

  const run: JobRunner['run'] = async (tasks, { budgetMs, workers, signal }) => {
    const result: RunResult = { handled: 0, failed: 0, postponed: new Map() }
    const pool = openPool(options)
    try {
      // graphile-worker keeps this failure to itself
      await pool.query('select 1')
      const count = Math.max(1, Math.min(workers, options.concurrency))
      const taskList = wrap(tasks, result)
      const running = Array.from({ length: count }, () =>
        runTaskListOnce(workerOptions, taskList, asClient(pool)),
      )
      const stopWatching = stopAt(running, budgetMs, signal)
      const ends = await Promise.allSettled(running.map((worker) => worker.promise))
      stopWatching()
      const broken = ends.find((end) => end.status === 'rejected')
      if (broken && result.handled === 0) throw broken.reason
      return result
    } finally {
      await pool.end()
    }
  }
  return { run }
}
