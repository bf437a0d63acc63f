import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Tx } from '#shared/db/client.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import {
  fingerprintTable,
  fixTextForms,
  listTables,
  readAuditHead,
  readLedger,
  type TableShape,
} from './catalogue.ts'
import { makeBackupKeys, parseRecipients, parseRecoveryKey } from './keys.ts'
import { createPace, gentlePace, type Pace, shareFor, unpaced } from './pace.ts'
import { copyByPages } from './pages.ts'
import { openBytes, sealBytes } from './part.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  const { ownerSql } = database
  await ownerSql`
    with made as (insert into users (telegram_id) select n from generate_series(1, 300) n returning id)
    insert into transactions (user_id, amount, type, description, balance_after, actor)
    select id, 1, 'adjustment', repeat('x', 300), n, 'test' from made, generate_series(1, 20) n`
  await ownerSql`insert into audit_log (actor, action) select 'test', repeat('y', 100) from generate_series(1, 2000)`
  // holes, and rows that moved behind the others
  await ownerSql`delete from transactions where random() < 0.3`
  await ownerSql`update users set username = 'moved' where telegram_id % 3 = 0`
})
afterAll(() => database.drop())

const rowsOf = async (tx: Tx, table: TableShape, pace: Pace): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of copyByPages(tx, table, pace)) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

test('works for its share of the time and rests for the other', async () => {
  let clock = 0
  const rests: number[] = []
  const rest = async (ms: number): Promise<void> => {
    rests.push(ms)
    clock += ms
  }
  const pace = createPace(0.25, { now: () => clock, rest })
  expect(pace()).toBeUndefined()
  clock += 0.6
  expect(pace()).toBeUndefined()
  clock += 0.6
  await pace()
  expect(rests.map((ms) => ms.toFixed(2))).toEqual(['3.60'])
  clock += 0.5
  expect(pace()).toBeUndefined()
  // a piece that took long is no reason to sleep for ever
  clock += 10_000
  await pace()
  expect(rests.slice(1)).toEqual([50])
})

test('a large database is read for more of the time, so that runs do not meet; a small one without rests', async () => {
  expect(shareFor(8_000_000)).toBe(1)
  expect(shareFor(100_000_000)).toBe(0.05)
  expect(shareFor(13_500_000_000)).toBeCloseTo(0.5)
  expect(shareFor(1e12)).toBe(1)
  expect(await gentlePace(database.appSql)).toBe(unpaced)
})

test('what is read in small statements with rests is the same as in one', async () => {
  const restless = createPace(0.99, { rest: async () => undefined })
  await inTransaction(database.ownerSql, async (tx) => {
    await fixTextForms(tx)
    for (const name of ['users', 'transactions', 'audit_log', 'holds']) {
      const table = { schema: 'public', name }
      expect(await fingerprintTable(tx, table, restless)).toEqual(await fingerprintTable(tx, table))
    }
    expect(await readLedger(tx, restless)).toEqual(await readLedger(tx))
    expect(await readAuditHead(tx, { pace: restless })).toEqual(await readAuditHead(tx))
    const upTo = '1000'
    const head = await readAuditHead(tx, { upTo })
    expect(head).toMatchObject({ lastId: upTo, rows: 1_000 })
    expect(await readAuditHead(tx, { upTo, pace: restless })).toEqual(head)
  })
})

test('what is copied in small statements is byte for byte what one COPY gives', async () => {
  const restless = createPace(0.99, { rest: async () => undefined })
  await inTransaction(database.ownerSql, async (tx) => {
    await fixTextForms(tx)
    const shapes = await listTables(tx)
    const names = shapes.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['users', 'transactions', 'audit_log', 'holds']))
    for (const shape of shapes) {
      const [apart, whole] = [await rowsOf(tx, shape, restless), await rowsOf(tx, shape, unpaced)]
      expect(apart.equals(whole), shape.name).toBe(true)
    }
  })
})

test('what was sealed piece by piece opens as what was sealed at once', async () => {
  const keys = await makeBackupKeys()
  const { identities } = parseRecoveryKey(keys.recoveryKey)
  const recipients = parseRecipients(keys.recipients)
  let rests = 0
  const pace = createPace(0.5, {
    rest: async () => {
      rests += 1
    },
  })
  for (const plain of [Buffer.alloc(0), Buffer.from('a line\n'), randomBytes(700_000)]) {
    expect(await openBytes(await sealBytes(plain, recipients, pace), identities)).toEqual(plain)
    expect(await openBytes(await sealBytes(plain, recipients), identities)).toEqual(plain)
  }
  expect(rests).toBeGreaterThan(0)
})
