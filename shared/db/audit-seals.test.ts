import { createHmac } from 'node:crypto'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { writeAudit } from './audit.ts'
import { type SignSeal, sealAudit, verifyAudit } from './audit-seals.ts'
import { inTransaction } from './transaction.ts'

const signWith =
  (key: string): SignSeal =>
  (text) =>
    createHmac('sha256', key).update(text).digest()
const sign = signWith('the key of this installation')

let database: TestDatabase
const made: TestDatabase[] = []
beforeEach(async () => {
  database = await createTestDatabase()
  made.push(database)
})
afterAll(async () => {
  for (const one of made) await one.drop()
})

const write = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n += 1)
    await writeAudit(database.appSql, {
      actor: 'test',
      action: 'looked',
      subject: `user:${n}`,
      details: { text: 'line\nbreak "quoted" \\ Ж', n },
    })
}

const verify = () => verifyAudit(database.ownerSql, sign)

test('what was written is sealed in a chain by the role of the functions; what comes later by the next seal', async () => {
  expect(await sealAudit(database.appSql, sign)).toBe(0)
  await write(3)
  expect(await verify()).toMatchObject({ seals: 0, sealed: 0, unsealed: 3, problems: [] })
  expect(await sealAudit(database.appSql, sign)).toBe(3)
  await write(2)
  expect(await verify()).toMatchObject({ seals: 1, sealed: 3, unsealed: 2, unsealedSince: expect.any(Date) })
  expect(await sealAudit(database.appSql, sign)).toBe(2)
  expect(await sealAudit(database.appSql, sign)).toBe(0)
  expect(await verify()).toEqual({ seals: 2, sealed: 5, unsealed: 0, unsealedSince: null, problems: [] })
})

const DEEDS: [string, (sql: TestDatabase['ownerSql']) => Promise<unknown>, RegExp][] = [
  [
    'an actor changed',
    (sql) => sql`update audit_log set actor = 'other' where id = 2`,
    /changed between the entries 1 and 4/,
  ],
  [
    'a time moved by a microsecond',
    (sql) => sql`update audit_log set created_at = created_at + interval '1 microsecond' where id = 4`,
    /changed/,
  ],
  [
    'details changed',
    (sql) => sql`update audit_log set details = details || '{"n": 9}' where id = 1`,
    /changed/,
  ],
  ['a subject taken away', (sql) => sql`update audit_log set subject = null where id = 3`, /changed/],
  [
    'two entries exchanged',
    (sql) => sql`update audit_log set action = case id when 1 then 'b' else 'a' end where id in (1, 2)`,
    /changed/,
  ],
  [
    'an entry removed',
    (sql) => sql`delete from audit_log where id = 2`,
    /holds 3 entries from 1 to 4, not 4/,
  ],
  [
    'the last one removed',
    (sql) => sql`delete from audit_log where id = 8`,
    /holds 3 entries from 5 to 8, not 4/,
  ],
  [
    'an entry slipped in',
    (sql) =>
      sql`
    delete from audit_log where id = 2`.then(
        () => sql`
    insert into audit_log (id, actor, action) overriding system value values (2, 'x', 'y')`,
      ),
    /changed/,
  ],
  [
    'a seal removed from the middle',
    (sql) => sql`delete from audit_seals where id = 1`,
    /seal 2 does not follow/,
  ],
  [
    'a seal and what it covers removed',
    (sql) =>
      sql`
    delete from audit_log where id <= 4`.then(() => sql`delete from audit_seals where id = 1`),
    /seal 2 does not follow/,
  ],
  [
    'a count made to fit',
    (sql) =>
      sql`
    delete from audit_log where id = 2`.then(() => sql`update audit_seals set entries = 3 where id = 1`),
    /seal 1 was not made by this installation/,
  ],
  [
    'a seal forged with another key',
    async (sql) => {
      await sql`delete from audit_seals`
      await sql`update audit_log set actor = 'other' where id = 2`
      await sealAudit(sql, signWith('a guess'))
    },
    /seal 1 was not made by this installation/,
  ],
]

test.each(DEEDS)('%s by the owner of the database shows', async (_what, deed, problem) => {
  await write(4)
  await sealAudit(database.appSql, sign)
  await write(4)
  await sealAudit(database.appSql, sign)
  expect((await verify()).problems).toEqual([])
  await deed(database.ownerSql)
  const { problems } = await verify()
  expect(problems.join('\n')).toMatch(problem)
})

test('an entry whose transaction is still open is waited for, and so never slips in behind a seal', async () => {
  await write(1)
  const open = Promise.withResolvers<void>()
  const written = Promise.withResolvers<void>()
  const late = inTransaction(database.appSql, async (tx) => {
    await writeAudit(tx, { actor: 'test', action: 'late' })
    written.resolve()
    await open.promise
  })
  await written.promise
  await write(1)
  const sealing = sealAudit(database.appSql, sign)
  // nobody waits for the sealing
  await write(1)
  expect(await verify()).toMatchObject({ seals: 0 })
  open.resolve()
  await late
  // up to the newest that was there at its beginning
  expect(await sealing).toBe(3)
  expect(await sealAudit(database.appSql, sign)).toBe(1)
  expect(await verify()).toMatchObject({ sealed: 4, unsealed: 0, problems: [] })
})

test('numbers that were given back leave no gap that matters, and two sealers at once make one chain', async () => {
  await write(2)
  await expect(
    inTransaction(database.appSql, async (tx) => {
      await writeAudit(tx, { actor: 'test', action: 'undone' })
      throw new Error('taken back')
    }),
  ).rejects.toThrow('taken back')
  await write(2)
  const sums = await Promise.all([sealAudit(database.appSql, sign), sealAudit(database.ownerSql, sign)])
  expect(sums[0] + sums[1]).toBe(4)
  expect(await verify()).toMatchObject({ sealed: 4, unsealed: 0, problems: [] })
})

test('the functions can neither change nor remove a seal', async () => {
  await write(1)
  await sealAudit(database.appSql, sign)
  for (const attempt of [
    () => database.appSql`update audit_seals set entries = 2`,
    () => database.appSql`delete from audit_seals`,
  ])
    await expect(attempt()).rejects.toMatchObject({ code: '42501' })
})
