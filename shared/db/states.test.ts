import { afterAll, beforeAll, expect, test } from 'vitest'
import { defaultSettings, type SettingsPatch } from '#shared/domain/settings.ts'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { addPerson } from './people.testing.ts'
import { patchSettings } from './states.ts'
import { inTransaction } from './transaction.ts'
import { getUser } from './users.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const newUser = async (languageCode: string | null = 'ru') => {
  const id = await addPerson(database.ownerSql)
  await database.ownerSql`update users set language_code = ${languageCode} where id = ${id}`
  return { id, languageCode }
}
const settingsOf = async ({ id }: { id: string }) => (await getUser(database.appSql, { userId: id })).settings
const patch = (user: { id: string; languageCode: string | null }, change: SettingsPatch) =>
  inTransaction(database.appSql, (tx) => patchSettings(tx, user, change))

test('who has chosen nothing has the defaults of the language', async () => {
  expect(await settingsOf(await newUser('ru'))).toEqual(defaultSettings('ru'))
  expect(await settingsOf(await newUser(null))).toEqual(defaultSettings())
})

test('a patch changes what it names, and answers with everything', async () => {
  const user = await newUser()
  expect(await patch(user, { dailyLimit: 100, language: 'en' })).toEqual({
    ...defaultSettings('ru'),
    dailyLimit: 100,
    language: 'en',
  })
  const after = await patch(user, { dailyLimit: null, receipts: false })
  expect(after).toMatchObject({ dailyLimit: null, receipts: false, language: 'en' })
  expect(await settingsOf(user)).toEqual(after)
})

test('two patches at once both hold, and the dialogue beside the settings stays', async () => {
  const user = await newUser()
  await database.ownerSql`update user_states set state_data = '{"dialogue":{"step":2}}' where user_id = ${user.id}`
  await Promise.all([
    patch(user, { receipts: false }),
    patch(user, { lowBalance: false }),
    patch(user, { lowBalanceThreshold: 5 }),
  ])
  expect(await settingsOf(user)).toMatchObject({
    receipts: false,
    lowBalance: false,
    lowBalanceThreshold: 5,
  })
  const [row] =
    await database.appSql`select state_data -> 'dialogue' as dialogue from user_states where user_id = ${user.id}`
  expect(row?.dialogue).toEqual({ step: 2 })
})

test('a person without a row gets one', async () => {
  const user = await newUser()
  await database.ownerSql`delete from user_states where user_id = ${user.id}`
  await patch(user, { receipts: false })
  expect(await settingsOf(user)).toMatchObject({ receipts: false })
})
