import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { writeAudit } from './audit.ts'
import { inTransaction } from './transaction.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const entries = () => database.ownerSql`select actor, action, subject, details from audit_log order by id`

test('who did what to whom, in the transaction of the deed', async () => {
  await writeAudit(database.appSql, { actor: 'studio', action: 'looked' })
  await inTransaction(database.appSql, (tx) =>
    writeAudit(tx, { actor: 'operator', action: 'refunded', subject: 'payment:1', details: { coins: 5 } }),
  )
  const undone = inTransaction(database.appSql, async (tx) => {
    await writeAudit(tx, { actor: 'operator', action: 'undone' })
    throw new Error('the deed failed')
  })
  await expect(undone).rejects.toThrow('the deed failed')
  expect(await entries()).toEqual([
    { actor: 'studio', action: 'looked', subject: null, details: {} },
    { actor: 'operator', action: 'refunded', subject: 'payment:1', details: { coins: 5 } },
  ])
})

test('nobody can change or remove an entry through the functions', async () => {
  const denied = { code: '42501' }
  await expect(database.appSql`update audit_log set actor = 'me'`).rejects.toMatchObject(denied)
  await expect(database.appSql`delete from audit_log`).rejects.toMatchObject(denied)
})
