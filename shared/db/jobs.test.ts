import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { enqueueNotice, NOTICE_TASK, type Notice, PRIORITY } from './jobs.ts'
import { addPerson, readNotices } from './people.testing.ts'
import { inTransaction } from './transaction.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const notice = (userId: string): Notice => ({
  userId,
  kind: 'text',
  params: { text: 'Привет', n: 1, on: true },
})

test("a notice waits in its person's queue, with bounded attempts", async () => {
  const userId = await addPerson(database.ownerSql)
  await enqueueNotice(database.appSql, notice(userId), { priority: PRIORITY.payment })
  expect(await readNotices(database.ownerSql, userId)).toEqual([notice(userId)])
  const [job] = await database.ownerSql`
    select task_identifier, queue_name, priority, max_attempts from graphile_worker.jobs
    where queue_name = ${`person:${userId}`}`
  expect(job).toEqual({
    task_identifier: NOTICE_TASK,
    queue_name: `person:${userId}`,
    priority: PRIORITY.payment,
    max_attempts: 12,
  })
})

test('one event is queued once; events without a key are all queued', async () => {
  const userId = await addPerson(database.ownerSql)
  for (const jobKey of ['event-1', 'event-1', 'event-2']) {
    await enqueueNotice(database.appSql, notice(userId), { priority: PRIORITY.receipt, jobKey })
  }
  expect(await readNotices(database.ownerSql, userId)).toHaveLength(2)
  for (let again = 0; again < 2; again += 1) {
    await enqueueNotice(database.appSql, notice(userId), { priority: PRIORITY.receipt })
  }
  expect(await readNotices(database.ownerSql, userId)).toHaveLength(4)
})

test('what is rolled back is told to nobody', async () => {
  const userId = await addPerson(database.ownerSql)
  const failing = inTransaction(database.appSql, async (tx) => {
    await enqueueNotice(tx, notice(userId), { priority: PRIORITY.receipt })
    throw new Error('the cause failed')
  })
  await expect(failing).rejects.toThrow('the cause failed')
  expect(await readNotices(database.ownerSql, userId)).toEqual([])
})
