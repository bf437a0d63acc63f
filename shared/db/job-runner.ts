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

export type RunResult = { handled: number; failed: number; postponed: Postponement[] }

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
  run: (tasks: Readonly<Record<string, JobTask>>, budget: { budgetMs: number; workers: number; signal: AbortSignal }) => Promise<RunResult>
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

const stopAt = (workers: WorkerPool[], budgetMs: number, signal: AbortSignal): (() => void) => {
  let isStopping = false
  const stop = (): void => {
    if (isStopping) return
    isStopping = true
    // a worker that ended by itself meanwhile has nothing left to stop
    for (const worker of workers) worker.gracefulShutdown('the time budget is used up')?.then(undefined, () => undefined)
  }
  const timer = setTimeout(stop, budgetMs)
  signal.addEventListener('abort', stop, { once: true })
  return () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
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
          if (error instanceof RetryLater) result.postponed.push({ jobId: job.id, seconds: error.seconds, attempts: before })
          else {
            result.failed += 1
            options.onFailure(error, job)
          }
          throw error
        }
      }
    return Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, wrapTask(name, task)]))
  }

  const run: JobRunner['run'] = async (tasks, { budgetMs, workers, signal }) => {
    const result: RunResult = { handled: 0, failed: 0, postponed: [] }
    const pool = openPool(options)
    try {
      const count = Math.max(1, Math.min(workers, options.concurrency))
      const clients = await Promise.all(Array.from({ length: count }, () => pool.connect()))
      const taskList = wrap(tasks, result)
      const running = clients.map((client) => runTaskListOnce(workerOptions, taskList, client))
      const stopWatching = stopAt(running, budgetMs, signal)
      const ends = await Promise.allSettled(running.map((worker) => worker.promise))
      stopWatching()
      for (const [index, client] of clients.entries()) client.release(ends[index]?.status === 'rejected')
      const broken = ends.find((end) => end.status === 'rejected')
      if (broken && result.handled === 0) throw broken.reason
      return result
    } finally {
      await pool.end()
    }
  }
  return { run }
}
