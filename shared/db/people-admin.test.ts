import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { addPerson } from './people.testing.ts'
import { findByWords } from './people-admin.ts'
import { inTransaction } from './transaction.ts'

let database: TestDatabase

const addNamed = async (telegramId: number, username: string): Promise<void> => {
  const id = await addPerson(database.ownerSql, { telegramId })
  await database.ownerSql`update users set username = ${username} where id = ${id}`
}

beforeAll(async () => {
  database = await createTestDatabase()
  await addNamed(1_001, 'Anna_K')
  await addNamed(1_002, 'boris')
})
afterAll(() => database?.drop())

test.each(['@anna_k', 'ANNA_K', 'https://t.me/Anna_K', ' t.me/anna_k '])(
  '%j finds the person',
  async (words) => {
    const { people } = await findByWords(database.appSql, words)
    expect(people.map(({ telegramId }) => telegramId)).toEqual([1_001])
  },
)

test('a name is looked up in its index, not among all accounts', async () => {
  const scans = await inTransaction(database.appSql, async (tx) => {
    const count = async () => {
      const [row] = await tx<{ scans: number }[]>`
        select pg_stat_get_xact_numscans('users_username'::regclass)::int as scans`
      return row?.scans ?? 0
    }
    // so small a table is read faster whole
    await tx`set local enable_seqscan = off`
    const before = await count()
    await findByWords(tx, '@BORIS')
    return (await count()) - before
  })
  expect(scans).toBe(1)
})
