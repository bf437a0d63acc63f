import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { listErased, readErasures } from '#shared/backup/erasures.ts'
import { makeVoice } from '../../local/speech/ogg.ts'
import { BotApiError } from '../../local/telegram/api-error.ts'
import { addRecording } from '../../local/telegram/files.ts'
import { checkInvariants } from '../../test/money/invariants.ts'
import { type BackupHouse, openBackupHouse } from '../../test/support/backup-house.ts'
import { messageFrom, postUpdate, updateOf } from '../../test/support/chat.ts'
import type { CallOptions, Reply } from '../../test/support/house.ts'
import { handler as avatarUpload } from '../avatar-upload/handler.ts'
import { handler as backup } from '../backup/handler.ts'
import { handler as charge } from '../charge/handler.ts'
import { handler as dispatcher } from '../dispatcher/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler as transcriptSave } from '../transcript-save/handler.ts'
import { handler } from './handler.ts'

/** Welcome bonus of the tariff in the repository. */
const BONUS = 50

let house: BackupHouse

beforeAll(async () => {
  house = await openBackupHouse([
    handler,
    register,
    charge,
    avatarUpload,
    transcriptSave,
    topUp,
    dispatcher,
    backup,
  ])
})
afterEach(async () => {
  delete house.sim.state.faults.beforeMethod
  await house.settled()
  expect(await checkInvariants(house.ownerSql)).toEqual([])
})
afterAll(() => house?.close())

const erase = (userId: string, options: CallOptions = {}): Promise<Reply> =>
  house.call('profile', 'DELETE', `/?userId=${userId}`, options)

const run = (): Promise<Reply> => house.call('profile', 'POST', '/', { as: 'cron', key: null })

const picture = () =>
  sharp(randomBytes(300), { raw: { width: 10, height: 10, channels: 3 } })
    .png()
    .toBuffer()

/** Every row of every table as text: bytes in hex and as they would read. */
const dump = async (): Promise<string> => {
  const tables = await house.ownerSql<{ schema: string; name: string }[]>`
    select nspname as schema, relname as name from pg_class join pg_namespace n on n.oid = relnamespace
    where nspname in ('public', 'graphile_worker') and relkind = 'r'`
  const texts: string[] = []
  for (const { schema, name } of tables) {
    const rows = await house.ownerSql<{ row: string }[]>`
      select t::text as row from ${house.ownerSql(schema)}.${house.ownerSql(name)} t`
    texts.push(...rows.map(({ row }) => `${schema}.${name} ${row}`))
  }
  return texts.join('\n')
}

const linesWith = (text: string, traces: readonly string[]): string[] =>
  text
    .split('\n')
    .filter((line) =>
      traces.some((trace) => line.includes(trace) || line.includes(Buffer.from(trace).toString('hex'))),
    )

const objectsOf = async (userId: string): Promise<string[]> => {
  const found: string[] = []
  for (const bucket of [...Object.values(house.buckets), house.vault.backups, house.vault.copies])
    for await (const { key } of house.storage.list(bucket, '')) if (key.includes(userId)) found.push(key)
  return found
}

const redisWith = async (traces: readonly string[]): Promise<string[]> => {
  const redis = new Redis(inject('servers').redisUrl)
  const found: string[] = []
  for await (const keys of redis.scanStream({ count: 500 }))
    for (const key of keys as string[]) if (traces.some((trace) => key.includes(trace))) found.push(key)
  redis.disconnect()
  return found
}

/** Somebody who has done everything that the product lets a person do, with a word in every place that takes one. */
const liveFully = async (canary: string) => {
  const telegramId = 5_000_000_000 + randomBytes(4).readUInt32BE()
  const from = {
    id: telegramId,
    is_bot: false,
    first_name: `Name ${canary}`,
    username: `u_${canary}`,
    language_code: 'en',
  }
  const say = (content: Record<string, unknown>) =>
    postUpdate(
      house,
      updateOf({
        message: {
          message_id: randomBytes(3).readUIntBE(0, 3) + 1,
          date: 1_790_000_000,
          chat: { id: telegramId, type: 'private', first_name: from.first_name },
          from,
          ...content,
        },
      }),
    )
  expect((await say({ text: `/start ${canary}` })).status).toBe(200)
  const [user] = await house.ownerSql<{ id: string }[]>`
    select id from users where telegram_id = ${telegramId}`
  const userId = user?.id ?? ''
  await house.ownerSql`
    with moved as (update user_balances set coins = coins + 1000 where user_id = ${userId} returning coins)
    insert into transactions (user_id, amount, type, description, balance_after, actor)
    select ${userId}, 1000, 'adjustment', 'Given', coins, 'test' from moved`
  const call = async (functionName: string, path: string, options: CallOptions, status: number) => {
    const reply = await house.call(functionName, 'POST', path, options)
    expect([functionName, path, reply.status]).toEqual([functionName, path, status])
    return reply.body
  }
  // registered over HTTP too: that answer is kept with the names
  await call(
    'register',
    '/',
    { body: { telegramId, username: `u_${canary}`, firstName: from.first_name } },
    200,
  )
  await call(
    'avatar-upload',
    `/?userId=${userId}`,
    { raw: { bytes: await picture(), type: 'image/png' } },
    201,
  )
  const words = (size: number) => `${canary} ${randomBytes(size).toString('base64')}`
  const small = { userId, title: `Title ${canary}`, text: words(100), format: 'text' }
  await call('transcript-save', '/', { body: small }, 201)
  // this one lies in the object store
  const large = { userId, title: `Large ${canary}`, text: words(500_000), format: 'text' }
  await call('transcript-save', '/', { body: large }, 201)
  const settings = { userId, settings: { timeZone: 'Asia/Tokyo' } }
  expect(
    (await house.call('profile', 'PATCH', `/?userId=${userId}`, { body: { settings: settings.settings } }))
      .status,
  ).toBe(200)
  await call('charge', '/holds', { body: { userId, coins: 7, description: 'Long work' } }, 201)
  await call('top-up', '/invoices', { body: { userId, pack: 'small', provider: 'stars' } }, 201)
  await call(
    'profile',
    '/consents',
    { body: { userId, terms: house.resourcesOf('profile').tariff.terms.version } },
    200,
  )
  await call('profile', '/deletion', { body: { userId } }, 200)
  await house.ownerSql`
    insert into recordings (user_id, hold_id, telegram_file_id, duration_seconds, message_id, actor)
    select ${userId}, id, ${`file-${canary}`}, 3, 5, 'test' from holds where user_id = ${userId} limit 1`
  await house.ownerSql`insert into cabinet_sessions (user_id, expires_at) values (${userId}, now() + interval '1 hour')`
  // an answer with their words that Telegram does not take waits in a job
  house.sim.state.faults.beforeMethod = () => new BotApiError(502, 'Bad Gateway')
  await say({ text: '/profile' })
  // a dead letter of theirs, one of a shape that nobody can read, and one of another person who forwarded their words
  await say({ text: 7 as unknown as string, caption: canary })
  delete house.sim.state.faults.beforeMethod
  const other = await house.person()
  const forwarded = messageFrom(other.telegramId, {
    text: canary,
    forward_origin: { type: 'user', sender_user: from },
  })
  await house.ownerSql`
    insert into telegram_updates (update_id, kind, telegram_id, body, state, claimed_until, handled_at, last_error)
    values (${forwarded.update_id}, 'message', ${other.telegramId}, ${house.ownerSql.json(forwarded as never)}, 'dead', now(), now(), ${canary})`
  await say({ text: `/search ${canary}` })
  await say({ text: '/search' })
  return { userId, telegramId, other }
}

test('an erasure leaves no personal datum: database, objects, Redis and the copies in the backups; the ledger closes', async () => {
  const canary = `canary${randomBytes(6).toString('hex')}`
  const { userId, telegramId, other } = await liveFully(canary)
  const traces = [canary, String(telegramId)]
  const redis = new Redis(inject('servers').redisUrl)
  for (const key of [
    `kopeika:rl:chat:{${telegramId}}`,
    `kopeika:rl:uploads:{${userId}}`,
    `kopeika:{tg}:next:${telegramId}`,
  ])
    await redis.set(key, '1', 'EX', 600)
  redis.disconnect()
  expect((await house.call('backup', 'POST', '/', { key: null })).status).toBe(200)

  // the canary is everywhere: else its absence would prove nothing
  const before = linesWith(await dump(), traces)
  for (const table of ['users', 'telegram_updates', 'idempotency_keys', '_private_jobs', 'recordings'])
    expect([table, before.some((line) => line.includes(`.${table} `))]).toEqual([table, true])
  expect((await objectsOf(userId)).length).toBeGreaterThan(7)
  expect((await redisWith([...traces, userId])).length).toBeGreaterThan(2)
  const [keys] = await house.ownerSql`select 1 from user_keys where user_id = ${userId}`
  expect(keys).toBeDefined()

  const reply = await erase(userId)
  expect([reply.status, reply.body]).toEqual([200, { erased: true, coinsLost: 1000 + BONUS - 10 - 5 - 5 }])
  await expect.poll(() => objectsOf(userId), { timeout: 30_000 }).toEqual([`erased/${userId}`])
  await expect.poll(() => redisWith([...traces, userId]), { timeout: 30_000 }).toEqual([])

  expect(linesWith(await dump(), traces)).toEqual([])
  for (const table of [
    'user_keys',
    'user_states',
    'user_avatars',
    'user_transcripts',
    'recordings',
    'consents',
  ])
    expect(await house.ownerSql`select 1 from ${house.ownerSql(table)} where user_id = ${userId}`).toEqual([])
  expect((await house.call('profile', 'GET', `/?userId=${userId}`)).status).toBe(404)
  expect((await house.call('profile', 'GET', `/?telegramId=${telegramId}`)).status).toBe(404)
  expect((await house.call('profile', 'GET', `/?userId=${other.id}`)).status).toBe(200)

  // the ledger stays, and closes
  const [books] = await house.ownerSql`
    select coins, held, (select sum(amount) from transactions where user_id = ${userId})::bigint as sum
    from user_balances where user_id = ${userId}`
  expect(books).toEqual({ coins: 1030, held: 0, sum: 1030 })
  // nothing of the person can be read by a log either
  expect(house.logs.filter((line) => line.includes(canary))).toEqual([])

  // the backups know of it: any restore applies it again
  expect((await readErasures(house.vault)).map((one) => one.userId)).toContain(userId)
  expect((await listErased(house.ownerSql)).map((one) => one.userId)).toContain(userId)
}, 90_000)

test('who returns starts at 0 coins, as somebody new', async () => {
  const { id, telegramId } = await house.person()
  expect((await erase(id)).body).toEqual({ erased: true, coinsLost: BONUS })
  const again = await house.person(telegramId)
  expect(again.id).not.toBe(id)
  const { body } = await house.call('profile', 'GET', `/?userId=${again.id}`)
  expect(body).toMatchObject({ balance: { coins: 0, held: 0 }, deletion: null, consent: null })
})

test('the same key again gives the first answer; another one finds nobody', async () => {
  const { id } = await house.person()
  const key = randomUUID()
  const first = await erase(id, { key })
  const again = await erase(id, { key })
  expect([again.status, again.body, again.headers.get('idempotency-replayed')]).toEqual([
    200,
    first.body,
    'true',
  ])
  expect((await erase(id)).status).toBe(404)
})

test('of many at once one erases', async () => {
  const { id } = await house.person()
  const replies = await Promise.all(Array.from({ length: 8 }, () => erase(id)))
  expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(404)])
})

test('an upload that is under way while its person is erased leaves nothing behind', async () => {
  const { id } = await house.person()
  await house.call('avatar-upload', 'POST', `/?userId=${id}`, {
    raw: { bytes: await picture(), type: 'image/png' },
  })
  const bytes = await sharp(randomBytes(3 * 1500 * 1500), { raw: { width: 1500, height: 1500, channels: 3 } })
    .png()
    .toBuffer()
  const uploads = Array.from({ length: 3 }, () =>
    house.call('avatar-upload', 'POST', `/?userId=${id}`, { raw: { bytes, type: 'image/png' } }),
  )
  await sleep(150)
  expect((await erase(id)).status).toBe(200)
  await Promise.all(uploads)
  await house.settled()
  // what came in after the first look goes with the second
  await house.ownerSql`update erasures set due_at = now() where user_id = ${id}`
  expect((await run()).status).toBe(200)
  expect(await house.ownerSql`select 1 from user_avatars where user_id = ${id}`).toEqual([])
  expect((await objectsOf(id)).filter((key) => !key.startsWith('erased/'))).toEqual([])
})

test('a recording that waits frees its coins, and its worker finds nothing', async () => {
  const { id } = await house.person()
  const { fileId } = await addRecording(house.sim.state, 'voice', {
    bytes: makeVoice({ words: 'x', seconds: 3 }),
    fileName: 'voice.ogg',
    mimeType: 'audio/ogg',
  })
  const hold = await house.call('charge', 'POST', '/holds', {
    body: { userId: id, coins: 3, description: 'Listening' },
  })
  await house.ownerSql`
    insert into recordings (user_id, hold_id, telegram_file_id, duration_seconds, actor) values (${id}, ${hold.body.holdId}, ${fileId}, 3, 'test')`
  expect((await erase(id)).body.coinsLost).toBe(BONUS)
  expect((await house.call('transcript-save', 'POST', '/', { as: 'cron', key: null })).status).toBe(200)
  expect(await house.ownerSql`select 1 from recordings where user_id = ${id}`).toEqual([])
})

test('a crash right after the commit: the schedule finishes it', async () => {
  const { id } = await house.person()
  await house.call('avatar-upload', 'POST', `/?userId=${id}`, {
    raw: { bytes: await picture(), type: 'image/png' },
  })
  const { erasePerson } = await import('#shared/db/erasure.ts')
  const { inTransaction } = await import('#shared/db/transaction.ts')
  await inTransaction(house.appSql, (tx) => erasePerson(tx, { userId: id, actor: 'test' }))
  expect((await objectsOf(id)).length).toBe(3)
  await run()
  expect(await objectsOf(id)).toEqual([`erased/${id}`])
  await house.ownerSql`update erasures set due_at = now() where user_id = ${id}`
  await run()
  const [row] =
    await house.ownerSql`select passes, done_at is not null as done from erasures where user_id = ${id}`
  expect(row).toEqual({ passes: 2, done: true })
})

test('the store away: the erasure is done, and its objects go when it is back', async () => {
  const { id } = await house.person()
  await house.call('avatar-upload', 'POST', `/?userId=${id}`, {
    raw: { bytes: await picture(), type: 'image/png' },
  })
  const { storage } = house.resourcesOf('profile')
  const { list } = storage
  storage.list = () => {
    throw new Error('the store is away')
  }
  expect((await erase(id)).status).toBe(200)
  await house.settled()
  storage.list = list
  expect((await house.call('profile', 'GET', `/?userId=${id}`)).status).toBe(404)
  expect((await objectsOf(id)).length).toBe(3)
  await house.ownerSql`update erasures set due_at = now() where user_id = ${id}`
  await run()
  expect(await objectsOf(id)).toEqual([`erased/${id}`])
})

describe('refuses', () => {
  test.each<[string, string, CallOptions, number, string]>([
    ['nobody named', '/', {}, 400, 'invalid_input'],
    ['two names', `/?userId=${randomUUID()}&telegramId=1`, {}, 400, 'invalid_input'],
    ['an unknown person', `/?userId=${randomUUID()}`, {}, 404, 'user_not_found'],
    ['no key', `/?userId=${randomUUID()}`, { key: null }, 400, 'invalid_input'],
    ['no scope', '/?telegramId=1', { as: 'limited-client' }, 403, 'forbidden'],
    ['no token', '/?telegramId=1', { as: null }, 401, 'unauthenticated'],
  ])('%s', async (_name, path, options, status, code) => {
    const reply = await house.call('profile', 'DELETE', path, options)
    expect([reply.status, reply.body.code]).toEqual([status, code])
  })
})
