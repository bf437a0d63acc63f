import { afterAll, beforeAll, expect, test } from 'vitest'
import { readErasures } from '#shared/backup/erasures.ts'
import { keysFolderOf } from '#shared/backup/vault.ts'
import { erasePerson } from '#shared/db/erasure.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { type BackupHouse, openBackupHouse } from '../../test/support/backup-house.ts'
import type { CallOptions, Reply } from '../../test/support/house.ts'
import { handler } from './handler.ts'

let house: BackupHouse

beforeAll(async () => {
  house = await openBackupHouse([handler])
})
afterAll(() => house?.close())

const post = (path: string, options: CallOptions = {}): Promise<Reply> =>
  house.call('backup', 'POST', path, { key: null, ...options })

const backUp = async (): Promise<string> => {
  const reply = await post('/')
  expect(reply.status).toBe(200)
  return reply.body.backupId
}

/** The backups whose data keys are still there. */
const keyFolders = async (): Promise<string[]> => {
  const folders = new Set<string>()
  for await (const { key } of house.vault.store.list(house.vault.copies, 'keys/'))
    folders.add(`${key.split('/').slice(0, 2).join('/')}/`)
  return [...folders].sort()
}

const erase = (userId: string) =>
  inTransaction(house.appSql, (tx) => erasePerson(tx, { userId, actor: 'test' }))

/** As if the time had passed since the erasures. */
const longAgo = () =>
  house.ownerSql`update users set erased_at = erased_at - interval '2 minutes' where erased_at is not null`

test('is noted at once and once, and the copies of the objects go', async () => {
  const { id } = await house.person()
  const key = `avatars/${id}/face/64.webp`
  await house.storage.put(house.buckets.avatars, key, Buffer.from('face'), { contentType: 'image/webp' })
  await backUp()
  const copies = async () => {
    const keys: string[] = []
    for await (const object of house.vault.store.list(house.vault.copies, `objects/avatars/${id}/`))
      keys.push(object.key)
    return keys
  }
  expect(await copies()).toHaveLength(1)
  await erase(id)
  const replies = await Promise.all([post('/erasures'), post('/erasures'), post('/erasures')])
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(replies.map(({ body }) => body.noted).sort()).toEqual([0, 0, 1])
  expect(await copies()).toEqual([])
  expect((await readErasures(house.vault)).map(({ userId }) => userId)).toContain(id)
})

test('the keys of every backup from before an erasure go with the next one, though it was noted before', async () => {
  const { id } = await house.person()
  const { id: living } = await house.person()
  await longAgo()
  for (const person of [id, living])
    await house.ownerSql`
      insert into user_keys (user_id, wrapped_key, master_key_id) values (${person}, ${Buffer.alloc(60)}, 'test')`
  const [first, second] = [await backUp(), await backUp()]
  await erase(id)
  expect((await post('/erasures')).body).toEqual({ noted: 1 })
  expect(await keyFolders()).toEqual([first, second].map(keysFolderOf).sort())
  const third = await backUp()
  expect(await keyFolders()).toEqual([keysFolderOf(third)])
  // it began within the moment that an erasure may take: it might have seen the person still
  const fourth = await backUp()
  expect(await keyFolders()).toEqual([keysFolderOf(fourth)])
  // from a minute on two are kept again
  await longAgo()
  const fifth = await backUp()
  expect(await keyFolders()).toEqual([fourth, fifth].map(keysFolderOf).sort())
})

test.each([
  ['nobody', { as: null }, 401],
  ['a client without the scope', { as: 'limited-client' }, 403],
])('%s may not', async (_who, as, status) => {
  expect((await post('/erasures', as)).status).toBe(status)
})
