import { randomBytes, randomUUID } from 'node:crypto'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasAvatar } from '#shared/db/avatars.ts'
import { takeBackObjects } from '#shared/http/stored-objects.ts'
import { addDocument, addPhoto } from '../../local/telegram/files.ts'
import { type CallOptions, type House, openHouse, type Reply } from '../../test/support/house.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler } from './handler.ts'

/** Welcome bonus and price of the tariff in the repository. */
const BONUS = 50
const PRICE = 10
const MIB = 1024 * 1024

let house: House

beforeAll(async () => {
  house = await openHouse({ functions: [handler, register, profile] })
})
afterAll(() => house.close())

const picture = (width = 40, height = 30): Promise<Buffer> =>
  sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()

const upload = (userId: string, bytes: Buffer, options: CallOptions = {}): Promise<Reply> =>
  house.call('avatar-upload', 'POST', `/?userId=${userId}`, { raw: { bytes, type: 'image/png' }, ...options })

const objectsOf = async (userId: string): Promise<string[]> => {
  const keys: string[] = []
  for await (const { key } of house.storage.list(house.buckets.avatars, `avatars/${userId}/`)) keys.push(key)
  return keys
}

type Stored = { coins: number; ledger: number; avatars: number; charges: number }

const stateOf = async (userId: string): Promise<Stored> => {
  const [row] = await house.ownerSql<Stored[]>`
    select coins, (select sum(amount)::bigint from transactions where user_id = ${userId}) as ledger,
      (select count(*)::bigint from user_avatars where user_id = ${userId}) as avatars,
      (select count(*)::bigint from transactions where user_id = ${userId} and type = 'charge') as charges
    from user_balances where user_id = ${userId}`
  if (!row) throw new Error('No wallet.')
  expect(row.coins).toBe(row.ledger)
  return row
}

/** Nothing happened: no row, no object, no coin moved. */
const expectUntouched = async (userId: string, coins = BONUS): Promise<void> => {
  expect(await stateOf(userId)).toEqual({ coins, ledger: coins, avatars: 0, charges: 0 })
  expect(await objectsOf(userId)).toEqual([])
}

const queuedDeletions = async (userId: string): Promise<string[]> => {
  const rows = await house.ownerSql<{ keys: string[] }[]>`
    select j.payload -> 'keys' as keys from graphile_worker._private_jobs j
    join graphile_worker._private_tasks t on t.id = j.task_id
    where t.identifier = 'delete_objects' and j.payload::text like ${`%${userId}%`}`
  return rows.flatMap(({ keys }) => keys)
}

const receiptsOf = async (userId: string): Promise<number> => {
  const rows = await house.ownerSql`
    select 1 from graphile_worker._private_jobs
    where payload ->> 'userId' = ${userId} and payload ->> 'kind' = 'charge-receipt'`
  return rows.length
}

const emptyWallet = async (userId: string, leave = 0): Promise<void> => {
  const { coins } = await stateOf(userId)
  await house.ownerSql.begin(async (tx) => {
    await tx`update user_balances set coins = ${leave} where user_id = ${userId}`
    await tx`
      insert into transactions (user_id, amount, type, description, balance_after, actor)
      values (${userId}, ${leave - coins}, 'adjustment', 'test', ${leave}, 'test')`
  })
}

describe('a new picture', () => {
  test('becomes the current avatar, re-encoded without metadata, and is charged', async () => {
    const { id } = await house.person()
    const source = await sharp(await picture(60, 40))
      .jpeg()
      .withExif({ IFD0: { Copyright: 'secret' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
      .withMetadata({ orientation: 6 })
      .toBuffer()
    const reply = await upload(id, source, { raw: { bytes: source, type: 'image/jpeg' } })
    expect(reply.status).toBe(201)
    const { avatar, transactionId } = reply.body
    // lying on its side: orientation 6 swaps the sides
    expect(avatar).toMatchObject({ width: 40, height: 60, current: true })
    expect(Object.keys(avatar).sort()).toEqual([
      'createdAt',
      'current',
      'height',
      'id',
      'thumbhash',
      'urls',
      'width',
    ])
    for (const size of [64, 256, 512]) {
      const link = new URL(avatar.urls[size])
      expect(Number(link.searchParams.get('X-Amz-Expires'))).toBeLessThanOrEqual(300)
      const file = await fetch(link)
      expect([file.status, file.headers.get('content-type')]).toEqual([200, 'image/webp'])
      const made = await sharp(Buffer.from(await file.arrayBuffer())).metadata()
      expect(made).toMatchObject({ format: 'webp', width: size, height: size })
      expect([made.exif, made.xmp, made.icc, made.orientation]).toEqual([
        undefined,
        undefined,
        undefined,
        undefined,
      ])
    }
    expect(await stateOf(id)).toEqual({ coins: BONUS - PRICE, ledger: BONUS - PRICE, avatars: 1, charges: 1 })
    const [entry] = await house.ownerSql`
      select amount, service, reference, actor, description, price_version from transactions where id = ${transactionId}`
    expect(entry).toMatchObject({
      amount: -PRICE,
      service: 'avatar',
      reference: `avatar:${avatar.id}`,
      actor: 'client',
    })
    expect(entry?.price_version).toBe(house.resourcesOf('avatar-upload').tariff.version)
    expect(await receiptsOf(id)).toBe(1)
    const shown = await house.call('profile', 'GET', `/?userId=${id}`)
    expect(shown.body.currentAvatar.id).toBe(avatar.id)
  })

  test('in the chat is answered by the chat: no receipt of its own', async () => {
    const { id, telegramId } = await house.person()
    const bytes = await picture()
    const reply = await house.call('avatar-upload', 'POST', `/?telegramId=${telegramId}`, {
      raw: { bytes, type: 'image/png' },
      as: 'dispatcher',
    })
    expect(reply.status).toBe(201)
    expect(await receiptsOf(id)).toBe(0)
  })

  test('takes the place of the one before, whose objects stay', async () => {
    const { id } = await house.person()
    const first = await upload(id, await picture())
    const second = await upload(id, await picture())
    const list = await house.call('profile', 'GET', `/avatars?userId=${id}`)
    expect(list.body.items.map((item: { id: string; current: boolean }) => [item.id, item.current])).toEqual([
      [second.body.avatar.id, true],
      [first.body.avatar.id, false],
    ])
    expect(await objectsOf(id)).toHaveLength(6)
  })
})

describe('the same picture again', () => {
  test('becomes current again and costs nothing, even with no coins left', async () => {
    const { id } = await house.person()
    const bytes = await picture()
    const first = await upload(id, bytes)
    await upload(id, await picture())
    await emptyWallet(id)
    const again = await upload(id, bytes)
    expect(again.status).toBe(200)
    expect(again.body).toMatchObject({
      avatar: { id: first.body.avatar.id, current: true },
      transactionId: null,
    })
    expect(again.headers.get('idempotency-replayed')).toBeNull()
    expect(await stateOf(id)).toMatchObject({ coins: 0, avatars: 2, charges: 2 })
    expect(await objectsOf(id)).toHaveLength(6)
    const rows = await house.ownerSql`select id from user_avatars where user_id = ${id} and current`
    expect(rows.map((row) => row.id)).toEqual([first.body.avatar.id])
  })

  test('sent five times at once is charged once, and needless objects are queued for deletion', async () => {
    const { id } = await house.person()
    const bytes = await picture()
    const replies = await Promise.all(Array.from({ length: 5 }, () => upload(id, bytes)))
    expect(replies.map((reply) => reply.status).sort()).toEqual([200, 200, 200, 200, 201])
    expect(await stateOf(id)).toEqual({ coins: BONUS - PRICE, ledger: BONUS - PRICE, avatars: 1, charges: 1 })
    const [row] = await house.ownerSql<{ keys: Record<string, string> }[]>`
      select avatar_data -> 'keys' as keys from user_avatars where user_id = ${id}`
    const needed = new Set(Object.values(row?.keys ?? {}))
    const extra = (await objectsOf(id)).filter((key) => !needed.has(key))
    expect((await queuedDeletions(id)).sort()).toEqual(extra.sort())
  })

  test('belongs to each person on its own', async () => {
    const [one, two] = [await house.person(), await house.person()]
    const bytes = await picture()
    expect((await upload(one.id, bytes)).status).toBe(201)
    expect((await upload(two.id, bytes)).status).toBe(201)
  })
})

describe('refuses', () => {
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1:1/x"/></svg>',
  )
  const claim = async (width: number, height: number): Promise<Buffer> => {
    const bytes = await picture()
    bytes.writeUInt32BE(width, 16)
    bytes.writeUInt32BE(height, 20)
    return bytes
  }
  const animation = (): Promise<Buffer> =>
    sharp(randomBytes(10 * 40 * 3), { raw: { width: 10, height: 40, channels: 3, pageHeight: 20 } })
      .webp({ loop: 0 })
      .toBuffer()

  test.each<[string, () => Promise<Buffer> | Buffer, number, string]>([
    ['no bytes', () => Buffer.alloc(0), 400, 'invalid_input'],
    ['SVG', () => svg, 415, 'unsupported_media'],
    ['GIF', () => Buffer.from('GIF89a-----------------------'), 415, 'unsupported_media'],
    ['PDF', () => Buffer.from('%PDF-1.7 ---------------------'), 415, 'unsupported_media'],
    ['a cut picture', async () => (await picture(200, 200)).subarray(0, 2_000), 422, 'unprocessable_media'],
    ['65535 x 65535 pixels claimed', () => claim(65_535, 65_535), 422, 'unprocessable_media'],
    ['a side over 20 times the other', () => picture(42, 2), 422, 'unprocessable_media'],
    ['an animation', animation, 422, 'unprocessable_media'],
  ])('%s', async (_name, make, status, code) => {
    const { id } = await house.person()
    const reply = await upload(id, await make())
    expect([reply.status, reply.body.code]).toEqual([status, code])
    await expectUntouched(id)
  })

  test('more than 20 MB', async () => {
    const { id } = await house.person()
    const reply = await upload(id, Buffer.alloc(20 * MIB + 1))
    expect(reply.status).toBe(413)
    await expectUntouched(id)
  })

  test.each<[string, string, CallOptions, number, string]>([
    ['no person', '/', {}, 400, 'invalid_input'],
    ['two names of a person', `/?userId=${randomUUID()}&telegramId=5`, {}, 400, 'invalid_input'],
    ['an unknown query field', `/?userId=${randomUUID()}&size=3`, {}, 400, 'invalid_input'],
    ['an unknown person', `/?userId=${randomUUID()}`, {}, 404, 'user_not_found'],
    ['no key', `/?userId=${randomUUID()}`, { key: null }, 400, 'invalid_input'],
    ['no token', `/?userId=${randomUUID()}`, { as: null }, 401, 'unauthenticated'],
    ['a caller without the scope', `/?userId=${randomUUID()}`, { as: 'limited-client' }, 403, 'forbidden'],
    ['an unknown path', '/other', {}, 404, 'not_found'],
    [
      'a packed body',
      `/?userId=${randomUUID()}`,
      { headers: { 'content-encoding': 'gzip' } },
      415,
      'unsupported_media',
    ],
    ['another media type', '/', { raw: { bytes: 'x', type: 'text/plain' } }, 415, 'unsupported_media'],
    ['broken JSON', '/', { raw: { bytes: '{', type: 'application/json' } }, 400, 'invalid_input'],
  ])('%s', async (_name, path, options, status, code) => {
    const raw = { bytes: await picture(), type: 'image/png' }
    const reply = await house.call('avatar-upload', 'POST', path, { raw, ...options })
    expect([reply.status, reply.body.code]).toEqual([status, code])
  })

  test('other methods', async () => {
    const reply = await house.call('avatar-upload', 'GET', '/')
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'POST'])
  })

  test('a person without the coins, and stores nothing', async () => {
    const { id } = await house.person()
    await emptyWallet(id, 4)
    const reply = await upload(id, await picture())
    expect(reply.status).toBe(402)
    expect(reply.body).toMatchObject({ code: 'insufficient_funds', price: PRICE, missing: 6 })
    expect(await objectsOf(id)).toEqual([])
    expect(await stateOf(id)).toMatchObject({ coins: 4, avatars: 0 })
    // asked before the costly decoding, which would refuse this one
    expect((await upload(id, (await picture(200, 200)).subarray(0, 2_000))).status).toBe(402)
  })
})

describe('idempotency', () => {
  test('the same key again: the first answer with working links, and no second charge', async () => {
    const { id } = await house.person()
    const [bytes, key] = [await picture(), randomUUID()]
    const first = await upload(id, bytes, { key })
    const again = await upload(id, bytes, { key })
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true'])
    const { urls, ...avatar } = again.body.avatar
    expect({ ...first.body.avatar, urls: undefined }).toEqual({ ...avatar, urls: undefined })
    expect(again.body.transactionId).toBe(first.body.transactionId)
    expect((await fetch(urls['256'])).status).toBe(200)
    // a link that was kept would be dead when the answer is repeated
    const [kept] = await house.ownerSql`select response from idempotency_keys where key = ${key}`
    expect(JSON.stringify(kept)).not.toContain('http')
    expect(await stateOf(id)).toMatchObject({ coins: BONUS - PRICE, avatars: 1, charges: 1 })
    expect(await objectsOf(id)).toHaveLength(3)
  })

  test('the same key with another picture or person: 422', async () => {
    const [one, two] = [await house.person(), await house.person()]
    const [bytes, key] = [await picture(), randomUUID()]
    await upload(one.id, bytes, { key })
    for (const reply of [
      await upload(one.id, await picture(), { key }),
      await upload(two.id, bytes, { key }),
    ]) {
      expect([reply.status, reply.body.code]).toEqual([422, 'key_reused'])
    }
    await expectUntouched(two.id)
  })

  test('the same key twenty times at once: one avatar, one charge, no needless object', async () => {
    const { id } = await house.person()
    const [bytes, key] = [await picture(), randomUUID()]
    const replies = await Promise.all(Array.from({ length: 20 }, () => upload(id, bytes, { key })))
    expect(replies.map((reply) => reply.status)).toEqual(Array.from({ length: 20 }, () => 201))
    expect(new Set(replies.map((reply) => reply.body.avatar.id)).size).toBe(1)
    expect(replies.filter((reply) => reply.headers.get('idempotency-replayed') === null)).toHaveLength(1)
    expect(await stateOf(id)).toEqual({ coins: BONUS - PRICE, ledger: BONUS - PRICE, avatars: 1, charges: 1 })
    expect(await objectsOf(id)).toHaveLength(3)
  })
})

describe('money and failures', () => {
  test('five pictures at once with coins for two: two are stored, three refused', async () => {
    const { id } = await house.person()
    await emptyWallet(id, 2 * PRICE)
    const pictures = await Promise.all(Array.from({ length: 5 }, () => picture()))
    const replies = await Promise.all(pictures.map((bytes) => upload(id, bytes)))
    expect(replies.map((reply) => reply.status).sort()).toEqual([201, 201, 402, 402, 402])
    expect(await stateOf(id)).toMatchObject({ coins: 0, avatars: 2, charges: 2 })
    expect(await objectsOf(id)).toHaveLength(6)
    const current = await house.ownerSql`select 1 from user_avatars where user_id = ${id} and current`
    expect(current).toHaveLength(1)
  })

  test("a charge that is refused (the person's daily limit) leaves no row and no object", async () => {
    const { id } = await house.person()
    await house.ownerSql`update user_states set state_data = '{"settings":{"dailyLimit":3}}' where user_id = ${id}`
    const reply = await upload(id, await picture())
    expect([reply.status, reply.body.code]).toEqual([403, 'forbidden'])
    await expectUntouched(id)
  })

  test('a transaction that breaks leaves nothing, tells nothing and frees its key', async () => {
    const { id } = await house.person()
    const [bytes, key] = [await picture(), randomUUID()]
    await house.ownerSql`create function fail_now() returns trigger language plpgsql as $$ begin raise exception 'broken on purpose'; end $$`
    await house.ownerSql`create trigger fail_now before insert on transactions for each row execute function fail_now()`
    const reply = await upload(id, bytes, { key })
    await house.ownerSql`drop trigger fail_now on transactions`
    expect([reply.status, reply.body.code]).toEqual([500, 'internal'])
    expect(JSON.stringify(reply.body)).not.toContain('purpose')
    await expectUntouched(id)
    expect((await upload(id, bytes, { key })).status).toBe(201)
  })

  test('objects are not taken back when their row was committed after all', async () => {
    const { id } = await house.person()
    const { body } = await upload(id, await picture())
    const objects = { bucket: 'avatars' as const, keys: await objectsOf(id) }
    const resources = house.resourcesOf('avatar-upload')
    const take = (avatarId: string) =>
      takeBackObjects(resources, objects, { userId: id, isStored: (tx) => hasAvatar(tx, avatarId) })
    await take(body.avatar.id)
    expect(await objectsOf(id)).toHaveLength(3)
    await take(randomUUID())
    expect(await objectsOf(id)).toEqual([])
  })
})

describe('a file at Telegram', () => {
  const send = (body: unknown, path = '/') =>
    house.call('avatar-upload', 'POST', path, { body, as: 'dispatcher' })

  test('photo and document become avatars', async () => {
    const { id, telegramId } = await house.person()
    const file = { bytes: await picture(700, 500), fileName: 'photo.png', mimeType: 'image/png' }
    const document = await addDocument(house.sim.state, file)
    const fromDocument = await send({ telegramId, telegramFileId: document.fileId })
    expect([fromDocument.status, fromDocument.body.avatar.width]).toEqual([201, 700])
    const sizes = await addPhoto(house.sim.state, { ...file, bytes: await picture(900, 700) }, 'person')
    const largest = sizes.at(-1)?.file_id ?? ''
    const fromPhoto = await send({ userId: id, telegramFileId: largest })
    expect([fromPhoto.status, fromPhoto.body.avatar.width]).toEqual([201, 900])
    expect((await send({ userId: id, telegramFileId: largest })).status).toBe(200)
    expect(await stateOf(id)).toMatchObject({ avatars: 2, charges: 2 })
  })

  test('refused: unknown, no picture, person named in the query, unknown field', async () => {
    const { id } = await house.person()
    const text = { bytes: Buffer.from('just words'), fileName: 'a.jpg', mimeType: 'image/jpeg' }
    const { fileId } = await addDocument(house.sim.state, text)
    const replies = [
      await send({ userId: id, telegramFileId: 'BQACAgInobodyknowsthis' }),
      await send({ userId: id, telegramFileId: fileId }),
      await send({ userId: id, telegramFileId: fileId }, `/?userId=${id}`),
      await send({ userId: id, telegramFileId: fileId, size: 3 }),
      await send({ telegramFileId: fileId }),
    ]
    expect(replies.map((reply) => [reply.status, reply.body.code])).toEqual([
      [404, 'file_not_found'],
      [415, 'unsupported_media'],
      [400, 'invalid_input'],
      [400, 'invalid_input'],
      [400, 'invalid_input'],
    ])
    await expectUntouched(id)
    expect(house.logs.join('')).not.toContain(house.sim.token)
  })
})

describe('parts that are away', () => {
  test('the object store: 503 soon, and nothing is charged', async () => {
    const s3 = house.resourcesOf('avatar-upload').config.storage
    if (!s3) throw new Error('No store is configured.')
    const poor = await openHouse({
      functions: [handler, register],
      config: { storage: { ...s3, endpoint: 'http://127.0.0.1:1' } },
    })
    try {
      const { id } = await poor.person()
      const startedAt = performance.now()
      const reply = await poor.call('avatar-upload', 'POST', `/?userId=${id}`, {
        raw: { bytes: await picture(), type: 'image/png' },
      })
      expect(performance.now() - startedAt).toBeLessThan(8_000)
      expect([reply.status, reply.body.code]).toEqual([503, 'unavailable'])
      expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0)
      const [row] = await poor.ownerSql`
        select coins, (select count(*)::bigint from user_avatars) as avatars from user_balances where user_id = ${id}`
      expect(row).toEqual({ coins: BONUS, avatars: 0 })
    } finally {
      await poor.close()
    }
  })

  test('limits: twenty uploads a minute and person, refused too while Redis is away', async () => {
    const strict = await openHouse({ functions: [handler, register], rateLimits: true })
    try {
      const { id } = await strict.person()
      const raw = { bytes: await picture(), type: 'image/png' }
      const once = (key: string) => strict.call('avatar-upload', 'POST', `/?userId=${id}`, { raw, key })
      const first = randomUUID()
      expect((await once(first)).status).toBe(201)
      // the rest of the minute's twenty, faster than tokens come back (one in 3 s)
      const { limit } = strict.resourcesOf('avatar-upload').limiter('uploads')
      const taken = await Promise.all(Array.from({ length: 20 }, () => limit(id)))
      expect(taken.filter(({ allowed }) => allowed).length).toBeGreaterThanOrEqual(19)
      const refused = await once(randomUUID())
      expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited'])
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      // a repeated call is answered from what is kept
      expect((await once(first)).headers.get('idempotency-replayed')).toBe('true')
      await strict.resourcesOf('avatar-upload').redis.close()
      const away = await once(randomUUID())
      expect([away.status, away.body.code]).toEqual([503, 'unavailable'])
    } finally {
      await strict.close()
    }
  })
})
