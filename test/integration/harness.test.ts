import { Redis } from 'ioredis'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { createTestRedis, createTestStorage } from '../support/services.ts'

test('two test databases know nothing of each other', async () => {
  const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()])
  await first.appSql`insert into leases (name, holder, expires_at) values ('here', 'me', now())`
  expect(await second.appSql`select name from leases`).toHaveLength(0)
  await Promise.all([first.drop(), second.drop()])
})

test('dropping a database names a connection that was left open', async () => {
  const database = await createTestDatabase()
  const leak = postgres(database.appUrl, { max: 1, connection: { application_name: 'forgotten' } })
  await leak`select 1`
  await expect(database.drop()).rejects.toThrow('Connections left open by this test file: forgotten')
  await leak.end({ timeout: 0 })
})

test('a test redis starts empty and is emptied', async () => {
  const first = await createTestRedis()
  const redis = new Redis(first.url)
  await redis.set('left', 'behind')
  await first.close()
  expect(await redis.exists('left')).toBe(0)
  await redis.quit()
})

test('a test storage takes objects and goes with them', async () => {
  const { client, buckets, drop } = await createTestStorage()
  await client.putObject(buckets.avatars, 'a/b.webp', Buffer.from('bytes'), 5)
  expect((await client.statObject(buckets.avatars, 'a/b.webp')).size).toBe(5)
  await drop()
  expect(await client.bucketExists(buckets.avatars)).toBe(false)
})
