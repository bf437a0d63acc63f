import { randomBytes, randomUUID } from 'node:crypto'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeAudit } from '#shared/db/audit.ts'
import { enqueueNotice } from '#shared/db/jobs.ts'
import { DATA_FILES } from '#shared/db/person-data.ts'
import { PERSON_TABLES } from '#shared/db/person-tables.ts'
import { type CallOptions, type House, openHouse, type Reply } from '../../test/support/house.ts'
import { unzip } from '../../test/support/unzip.ts'
import { handler as avatarUpload } from '../avatar-upload/handler.ts'
import { handler as charge } from '../charge/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as transcriptSave } from '../transcript-save/handler.ts'
import { makeArchives } from './export-archive.ts'
import { handler } from './handler.ts'

let house: House

beforeAll(async () => {
  house = await openHouse({ functions: [handler, register, charge, avatarUpload, transcriptSave] })
})
afterAll(() => house?.close())

const exportOf = (userId: string, options: CallOptions = {}): Promise<Reply> =>
  house.call('profile', 'GET', `/export?userId=${userId}`, options)

const uploadAvatar = async (userId: string): Promise<string> => {
  const bytes = await sharp(randomBytes(300), { raw: { width: 10, height: 10, channels: 3 } })
    .png()
    .toBuffer()
  const reply = await house.call('avatar-upload', 'POST', `/?userId=${userId}`, {
    raw: { bytes, type: 'image/png' },
  })
  expect(reply.status).toBe(201)
  return reply.body.avatar.id
}

const saveTranscript = async (userId: string, title: string, text: string): Promise<string> => {
  const reply = await house.call('transcript-save', 'POST', '/', {
    body: { userId, title, text, format: 'text' },
  })
  expect(reply.status).toBe(201)
  return reply.body.transcript.id
}

const give = (userId: string, coins: number) => house.ownerSql`
  with moved as (update user_balances set coins = coins + ${coins} where user_id = ${userId} returning coins)
  insert into transactions (user_id, amount, type, description, balance_after, actor)
  select ${userId}, ${coins}, 'adjustment', 'Given', coins, 'test' from moved`

/** One row in each table that knows whose its rows are, beside those that the functions write. */
const fillEverything = async (userId: string, telegramId: number): Promise<void> => {
  const { ownerSql: sql } = house
  const [order] = await sql<{ id: string }[]>`
    insert into orders (user_id, provider, pack, coins, currency, amount, price_version, expires_at)
    values (${userId}, 'stars', 'small', 100, 'XTR', 50, '1', now()) returning id`
  const [payment] = await sql<{ id: string }[]>`
    insert into payments (provider, charge_id, order_id, user_id, payer_id, state, currency, amount, reason)
    values ('stars', ${`charge-${userId}`}, ${order?.id ?? null}, ${userId}, ${userId}, 'suspense', 'XTR', 50, 'amount_differs')
    returning id`
  const paymentId = payment?.id ?? ''
  await sql`
    insert into refunds (payment_id, amount, coins, state, reason, actor)
    values (${paymentId}, 50, 0, 'done', 'asked for', 'operator')`
  await sql`
    insert into provider_entries (provider, direction, external_id, charge_id, currency, amount, occurred_at, state, payment_id)
    values ('stars', 'in', ${`line-${userId}`}, 'c', 'XTR', 50, now(), 'matched', ${paymentId})`
  const [hold] = await sql<{ id: string }[]>`
    insert into holds (user_id, coins, state, description, actor, expires_at)
    values (${userId}, 3, 'released', 'Set aside', 'test', now()) returning id`
  await sql`
    insert into recordings (user_id, hold_id, state, reason, duration_seconds, actor)
    values (${userId}, ${hold?.id ?? null}, 'failed', 'silent', 7, 'test')`
  await sql`
    insert into telegram_updates (update_id, kind, telegram_id, body, state, claimed_until, handled_at)
    values (${telegramId}, 'message', ${telegramId}, '{"message": {"text": "a dead letter"}}', 'dead', now(), now())`
  await sql`
    insert into cabinet_sessions (user_id, expires_at) values (${userId}, now() + interval '1 hour')`
  await sql`insert into exports (user_id, state, actor) values (${userId}, 'done', 'test')`
  await writeAudit(sql, { actor: 'operator', action: 'credited', subject: `payment:${paymentId}` })
  await enqueueNotice(
    sql,
    { userId, kind: 'text', params: { text: 'something to be said' } },
    { priority: 5, jobKey: userId },
  )
  for (const [path, body] of [
    ['/consents', { userId, terms: house.resourcesOf('profile').tariff.terms.version }],
    ['/deletion', { userId }],
  ] as const)
    expect((await house.call('profile', 'POST', path, { body })).status).toBe(200)
}

const parse = (files: Map<string, Buffer>, name: string) =>
  JSON.parse(files.get(name)?.toString('utf8') ?? '')

test('an export of a full account opens as a zip, and holds each table that names the person', async () => {
  const { id, telegramId } = await house.person()
  await give(id, 500)
  const avatarId = await uploadAvatar(id)
  const words = 'Первая строка.\nВторая — с «кавычками», "quotes" and a comma.'
  const transcriptId = await saveTranscript(id, 'Разговор', words)
  await fillEverything(id, telegramId)

  const reply = await exportOf(id)
  expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/zip'])
  expect(reply.headers.get('content-disposition')).toMatch(/^attachment; filename="kopeika-[\d-]{10}\.zip"$/)
  const files = unzip(reply.bytes)

  // every table that the schema knows of has rows in its file
  for (const [table, { file }] of Object.entries(PERSON_TABLES)) {
    if (file === null || file === 'profile' || file === 'transcripts') continue
    const rows = parse(files, `${file}.json`)
    expect([table, rows.length > 0]).toEqual([table, true])
    expect(files.get(`${file}.csv`)?.toString('utf8').split('\r\n').length).toBeGreaterThan(rows.length)
  }
  const profile = parse(files, 'profile.json')
  expect(profile).toMatchObject({
    user: { id, telegram_id: telegramId, first_name: 'Test' },
    balance: { coins: 535 },
  })
  expect(parse(files, 'settings.json')).toMatchObject({ language: 'en', receipts: true })
  expect(parse(files, 'transactions.json').map((row: { amount: number }) => row.amount)).toEqual([
    50, 500, -10, -5,
  ])
  expect(parse(files, 'inbox.json')[0].body.message.text).toBe('a dead letter')
  expect(
    parse(files, 'waiting-messages.json').map((row: { message: { params: unknown } }) => row.message.params),
  ).toContainEqual({
    text: 'something to be said',
  })
  expect(parse(files, 'actions.json').map((row: { action: string }) => row.action)).toEqual(
    expect.arrayContaining(['credited', 'terms-accepted', 'deletion-requested']),
  )

  // the pictures as they are stored, and the texts in the clear
  for (const side of [64, 256, 512]) {
    const image = files.get(`avatars/${avatarId}-${side}.webp`)
    expect((await sharp(image).metadata()).width).toBe(side)
  }
  const text = [...files.keys()].find((name) => name.endsWith(`${transcriptId}.txt`)) ?? ''
  expect(files.get(text)?.toString('utf8').trim()).toBe(words)
  expect(parse(files, text.replace(/txt$/, 'json'))).toMatchObject({
    id: transcriptId,
    title: 'Разговор',
    text: words,
  })
  const readMe = files.get('README.txt')?.toString('utf8') ?? ''
  expect(readMe).toContain('КОПИЯ ВАШИХ ДАННЫХ')
  expect(readMe).toContain('A COPY OF YOUR DATA')
  // each file that there is is named in the README of both languages
  for (const file of DATA_FILES)
    expect([file, readMe.split(new RegExp(`(?<![\\w-])${file}(?![\\w-])`)).length > 2]).toEqual([file, true])
})

test('holds nothing of anybody else', async () => {
  const [mine, other] = [await house.person(), await house.person()]
  await fillEverything(other.id, other.telegramId)
  await saveTranscript(other.id, 'Secret of another', 'Words of another.')
  const files = unzip((await exportOf(mine.id)).bytes)
  const everything = [...files.values()].map((bytes) => bytes.toString('utf8')).join('\n')
  for (const trace of [other.id, String(other.telegramId), 'of another', 'dead letter'])
    expect(everything.includes(trace)).toBe(false)
  expect(everything).toContain(mine.id)
})

test('an operator who acted is not named', async () => {
  const { id } = await house.person()
  await house.ownerSql`
    insert into audit_log (actor, action, subject) values ('operator:4242424242', 'account-unblocked', ${`user:${id}`})`
  const files = unzip((await exportOf(id)).bytes)
  expect(parse(files, 'actions.json').map(({ actor }: { actor: string }) => actor)).toContain('operator')
  expect([...files.values()].some((bytes) => bytes.includes('4242424242'))).toBe(false)
})

test('an object that the store has lost is named, and the rest is there', async () => {
  const { id } = await house.person()
  const avatarId = await uploadAvatar(id)
  const keys: string[] = []
  for await (const { key } of house.storage.list(house.buckets.avatars, `avatars/${id}/`)) keys.push(key)
  await house.storage.remove(house.buckets.avatars, keys)
  const files = unzip((await exportOf(id)).bytes)
  expect(files.has(`avatars/${avatarId}-64-missing.txt`)).toBe(true)
  expect(files.has('transactions.json')).toBe(true)
})

test('a long history goes on in files with a number, and nothing of it is lost', async () => {
  const { id } = await house.person()
  await house.ownerSql`
    insert into transactions (user_id, amount, type, description, balance_after, actor)
    select ${id}, case when n % 2 = 0 then 1 else -1 end, 'adjustment', '=1+1, "quoted"', 50 + n % 2, 'test' from generate_series(1, 4100) n`
  const files = unzip((await exportOf(id)).bytes)
  const rows = ['transactions', 'transactions-2', 'transactions-3'].flatMap((name) =>
    parse(files, `${name}.json`),
  )
  expect(rows).toHaveLength(4101)
  expect(new Set(rows.map((row: { id: string }) => row.id)).size).toBe(4101)
  // no spreadsheet runs what somebody wrote
  expect(files.get('transactions-2.csv')?.toString('utf8')).toContain(`"'=1+1, ""quoted"""`)
})

test('what is more than one archive comes in several, of which each opens', async () => {
  const { id } = await house.person()
  await give(id, 100)
  const resources = house.resourcesOf('profile')
  for (let count = 0; count < 6; count += 1)
    await saveTranscript(id, `T${count}`, randomBytes(30_000).toString('hex'))
  const user = await import('#shared/db/users.ts').then(({ getUser }) =>
    getUser(house.appSql, { userId: id }),
  )
  const progress: number[] = []
  const signal = new AbortController().signal
  const onProgress = (now: number) => progress.push(now)
  const names: string[] = []
  let parts = 0
  for await (const bytes of makeArchives({ resources, user, partBytes: 100_000, onProgress, signal })) {
    parts += 1
    const files = unzip(bytes)
    expect(files.size).toBeGreaterThan(0)
    names.push(...files.keys())
  }
  expect(parts).toBeGreaterThan(2)
  expect(new Set(names).size).toBe(names.length)
  expect(names.filter((name) => name.startsWith('transcripts/'))).toHaveLength(12)
  expect(progress).toEqual([...progress].sort((a, b) => a - b))
  expect(progress.at(-1)).toBe(99)
})

describe('refuses', () => {
  test.each<[string, string, CallOptions, number, string]>([
    ['nobody named', '/export', {}, 400, 'invalid_input'],
    ['an unknown person', `/export?userId=${randomUUID()}`, {}, 404, 'user_not_found'],
    ['two names', `/export?userId=${randomUUID()}&telegramId=1`, {}, 400, 'invalid_input'],
    ['an unknown field', `/export?userId=${randomUUID()}&format=tar`, {}, 400, 'invalid_input'],
    ['no token', '/export?telegramId=1', { as: null }, 401, 'unauthenticated'],
    ['a program that may read profiles', '/export?telegramId=1', { as: 'limited-client' }, 403, 'forbidden'],
  ])('%s', async (_name, path, options, status, code) => {
    const reply = await house.call('profile', 'GET', path, options)
    expect([reply.status, reply.body.code]).toEqual([status, code])
  })

  test('a key is not given away: the data key and words for searching are in no file', async () => {
    const { id } = await house.person()
    await saveTranscript(id, 'T', 'Words.')
    const names = [...unzip((await exportOf(id)).bytes).keys()].join(' ')
    expect(names).not.toMatch(/key|words/)
  })
})

test('one person gets so many in a minute, as with POST /exports: they are made one after the other', async () => {
  const limited = await openHouse({ functions: [handler, register], rateLimits: true })
  try {
    const { id } = await limited.person()
    const other = await limited.person()
    const replies = await Promise.all(
      Array.from({ length: 21 }, () => limited.call('profile', 'GET', `/export?userId=${id}`)),
    )
    const refused = replies.filter(({ status }) => status === 429)
    expect(refused.map(({ body }) => body.code)).toContain('rate_limited')
    expect((await limited.call('profile', 'GET', `/export?userId=${other.id}`)).status).toBe(200)
  } finally {
    await limited.close()
  }
})
