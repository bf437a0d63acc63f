import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { countJobs, freeAbandonedJobs, postponeJobs } from './job-queue.ts'
import { createJobRunner, type Job, type JobTask, RetryLater } from './job-runner.ts'

let database: TestDatabase
const failures: { message: string; job: Job }[] = []

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  failures.length = 0
  await database.ownerSql`delete from graphile_worker._private_jobs`
})

const runnerOn = (url: string) =>
  createJobRunner({
    url,
    applicationName: 'test-worker',
    concurrency: 4,
    onFailure: (error, job) => failures.push({ message: String(error), job }),
    onLog: () => undefined,
  })

const run = (task: JobTask, options: { budgetMs?: number; signal?: AbortSignal } = {}) =>
  runnerOn(database.appUrl).run(
    { work: task },
    {
      budgetMs: options.budgetMs ?? 5_000,
      workers: 4,
      signal: options.signal ?? new AbortController().signal,
    },
  )

/** Jobs without a queue, unless one is named. */
const add = (count: number, queue: string | null = null) => database.appSql`
  select graphile_worker.add_job('work', json_build_object('n', n), queue_name => ${queue}::text, max_attempts => 3)
  from generate_series(1, ${count}::int) as n`

const count = () => countJobs(database.appSql, ['work'])

test('works off what is due, several at a time, as the role that may do no DDL', async () => {
  await add(12)
  let atOnce = 0
  let most = 0
  const seen = new Set<number>()
  const result = await run(async (payload) => {
    atOnce += 1
    most = Math.max(most, atOnce)
    await delay(20)
    atOnce -= 1
    seen.add((payload as { n: number }).n)
  })
  expect(result).toMatchObject({ handled: 12, failed: 0 })
  expect(seen.size).toBe(12)
  expect(most).toBe(4)
  expect(await count()).toEqual({ ready: 0, free: 0, dead: 0 })
})

test('jobs of one queue never run side by side', async () => {
  await add(3, 'a')
  let atOnce = 0
  const task: JobTask = async () => {
    atOnce += 1
    expect(atOnce).toBe(1)
    await delay(10)
    atOnce -= 1
  }
  for (let passes = 0; passes < 3 && (await count()).free > 0; passes += 1) await run(task)
  expect(failures).toEqual([])
  expect(await count()).toEqual({ ready: 0, free: 0, dead: 0 })
})

test.each([
  ['the budget is used up', () => ({ budgetMs: 150 })],
  ['there is hardly any time', () => ({ budgetMs: 0.5 })],
  ['the caller gives up', () => ({ signal: AbortSignal.timeout(150) })],
  ['the caller has given up already', () => ({ signal: AbortSignal.abort() })],
])('stops when %s, with jobs under way finished and the rest untouched', async (_name, options) => {
  await add(200)
  let finished = 0
  const result = await run(async () => {
    await delay(30)
    finished += 1
  }, options())
  expect(result.handled).toBe(finished)
  expect(finished).toBeLessThan(100)
  expect(await count()).toEqual({ ready: 200 - finished, free: 200 - finished, dead: 0 })
})

test('a failure uses an attempt and waits; after the last one the job is dead', async () => {
  await add(1)
  const task: JobTask = () => Promise.reject(new Error('no'))
  for (const attempt of [1, 2, 3]) {
    expect(await run(task)).toMatchObject({ handled: 1, failed: 1 })
    expect(failures.at(-1)).toMatchObject({
      message: 'Error: no',
      job: { attempt, isLastAttempt: attempt === 3 },
    })
    expect((await count()).ready).toBe(0)
    await database.ownerSql`update graphile_worker._private_jobs set run_at = now()`
  }
  expect(await count()).toEqual({ ready: 0, free: 0, dead: 1 })
})

test('RetryLater uses no attempt, also on the last one', async () => {
  await add(1)
  await database.ownerSql`update graphile_worker._private_jobs set attempts = 2`
  const result = await run(() => Promise.reject(new RetryLater(40)))
  expect(result).toMatchObject({ handled: 1, failed: 0 })
  await postponeJobs(database.appSql, result.postponed.values())
  const [job] = await database.ownerSql<{ attempts: number; waits: number }[]>`
    select attempts::int, extract(epoch from run_at - now())::float8 as waits from graphile_worker._private_jobs`
  expect(job?.attempts).toBe(2)
  expect(job?.waits).toBeGreaterThan(35)
  expect(job?.waits).toBeLessThan(41)
  expect(await count()).toEqual({ ready: 0, free: 0, dead: 0 })
})

test('connections that break under way neither end the process nor lose a job', async () => {
  await add(8)
  const done = new Set<number>()
  const task =
    (breaks: boolean): JobTask =>
    async (payload) => {
      const { n } = payload as { n: number }
      if (breaks && n === 1) {
        const broken = await database.appSql`
          select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'test-worker' and datname = current_database()`
        expect(broken.length).toBeGreaterThan(0)
      }
      await delay(20)
      done.add(n)
    }
  await run(task(true))
  // whatever could not be marked as done is held by nobody alive
  await freeAbandonedJobs(database.appSql, 0)
  await run(task(false))
  expect(failures).toEqual([])
  expect(done.size).toBe(8)
  expect(await count()).toEqual({ ready: 0, free: 0, dead: 0 })
})

test('no database: says so', async () => {
  const runner = runnerOn('postgres://nobody:x@127.0.0.1:1/none')
  const nothing = { work: async () => undefined }
  const budget = { budgetMs: 100, workers: 2, signal: new AbortController().signal }
  await expect(runner.run(nothing, budget)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
