import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { copyIn, copyOut } from './copy.ts'
import { inTransaction } from './transaction.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await database.ownerSql`create table many (n int, words text)`
  await database.ownerSql`insert into many select n, repeat('x', n % 300) from generate_series(1, 30000) n`
  await database.ownerSql`create table again (like many)`
})
afterAll(() => database.drop())

const MANY = { schema: 'public', name: 'many', columns: ['n', 'words'] }

// sizes around the stream's buffer: whether the last rows fill it is a matter of chance
test.each([1, 100, 900, 3_000, 30_000])('the connection goes on after %i rows', async (rows) => {
  await database.ownerSql`create table if not exists few (like many)`
  await database.ownerSql`truncate few`
  await database.ownerSql`insert into few select * from many limit ${rows}`
  for (let round = 0; round < 5; round += 1) {
    const answer = await inTransaction(database.ownerSql, async (tx) => {
      let newlines = 0
      for await (const chunk of copyOut(tx, { ...MANY, name: 'few' })) {
        newlines += chunk.toString().split('\n').length - 1
        // busy for a while, as with a part that is sealed and sent: the stream's buffer fills up
        for (let turns = 0; turns < 50; turns += 1) await turn()
      }
      return { newlines, next: await tx<{ one: number }[]>`select 1 as one` }
    })
    expect(answer).toEqual({ newlines: rows, next: [{ one: 1 }] })
  }
})

test('a consumer that goes away leaves a connection that answers', async () => {
  const failing = inTransaction(database.ownerSql, async (tx) => {
    for await (const _chunk of copyOut(tx, MANY)) throw new Error('the bucket is full')
  })
  await expect(failing).rejects.toThrow('the bucket is full')
  expect(await database.ownerSql`select 1 as one`).toEqual([{ one: 1 }])
})

test('ranges of pages are all rows, are read by place, and leave one prepared statement however many there are', async () => {
  const answer = await inTransaction(database.ownerSql, async (tx) => {
    const prepared = async (): Promise<number> => {
      const [row] = await tx<[{ count: number }]>`
        select count(*)::int from pg_prepared_statements`
      return row.count
    }
    let newlines = 0
    const counts: number[] = []
    for (let from = 0; from < 800; from += 10) {
      for await (const chunk of copyOut(tx, MANY, { from, to: from + 10 }))
        newlines += chunk.toString().split('\n').length - 1
      counts.push(await prepared())
    }
    const plan = await tx<{ 'QUERY PLAN': string }[]>`
      explain select n from many
      where ctid >= current_setting('copied.from')::tid and ctid < current_setting('copied.to')::tid`
    return { newlines, counts, plan: plan.map((line) => line['QUERY PLAN']).join('\n') }
  })
  expect(answer.newlines).toBe(30_000)
  expect(answer.counts[0]).toBeGreaterThan(0)
  expect(answer.counts.at(-1)).toBe(answer.counts[0])
  expect(answer.plan).toContain('Tid Range Scan')
})

test('rows come back as they were', async () => {
  await inTransaction(database.ownerSql, async (tx) => {
    const chunks: Buffer[] = []
    for await (const chunk of copyOut(tx, MANY)) chunks.push(Buffer.from(chunk))
    await copyIn(tx, { ...MANY, name: 'again' }, Buffer.concat(chunks))
  })
  const left = await database.ownerSql`(select * from many except all select * from again)`
  expect(left).toEqual([])
})
