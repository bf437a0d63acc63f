import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { countJobs } from './job-queue.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database?.drop())

/** Queues `count` jobs of the task `notice`, in as many queues, with ten of them being worked on. */
const fill = async (count: number): Promise<void> => {
  const sql = database.ownerSql
  await sql`select graphile_worker.add_job('notice', '{}'::json, 'first')`
  await sql`
    insert into graphile_worker._private_job_queues (queue_name)
    select 'person:' || n from generate_series(1, ${count - 1}::int) n`
  await sql`
    insert into graphile_worker._private_jobs (job_queue_id, task_id, payload)
    select queue.id, task.id, '{}' from graphile_worker._private_job_queues queue, graphile_worker._private_tasks task
    where queue_name like 'person:%' and identifier = 'notice'`
  await sql`
    update graphile_worker._private_jobs set locked_at = now(), locked_by = 'worker'
    where id in (select id from graphile_worker._private_jobs order by id limit 10)`
}

test('counts a long backlog within the time of a statement, however wrong the planner is', async () => {
  await fill(20_000)
  const counts = await database.appSql.begin(async (tx) => {
    // a nested loop over whole tables is what it chooses where it believes that there is next to nothing
    await tx`set local enable_hashjoin = off`
    await tx`set local enable_mergejoin = off`
    await tx`set local enable_indexscan = off`
    await tx`set local enable_bitmapscan = off`
    await tx`set local enable_material = off`
    await tx`set local enable_memoize = off`
    return countJobs(tx, ['notice', 'reply'])
  })
  expect(counts).toEqual({ ready: 19_990, free: 19_990, dead: 0 })
})
