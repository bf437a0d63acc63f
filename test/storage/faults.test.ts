import { randomBytes } from 'node:crypto'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { handler as avatarUpload } from '../../functions/avatar-upload/handler.ts'
import { handler as notify } from '../../functions/notify/handler.ts'
import { handler as profile } from '../../functions/profile/handler.ts'
import { handler as register } from '../../functions/register/handler.ts'
import { handler as transcriptSave } from '../../functions/transcript-save/handler.ts'
import { type House, openHouse, type Reply } from '../support/house.ts'
import { type S3Plan, type S3Proxy, startS3Proxy } from './support/s3-proxy.ts'

const IN_TIME_MS = 8_000
/** Longer than the breaker stays open. */
const BREAKER_MS = 5_100

const RUN = randomBytes(4).toString('hex')
const BUCKETS = {
  avatars: `faulty-avatars-${RUN}`,
  transcripts: `faulty-transcripts-${RUN}`,
  backups: `faulty-backups-${RUN}`,
}

let house: House
let store: S3Proxy
beforeAll(async () => {
  const { s3 } = inject('servers')
  store = await startS3Proxy(s3.endpoint)
  house = await openHouse({
    functions: [register, avatarUpload, transcriptSave, profile, notify],
    // people's browsers reach the store itself, the functions through the proxy
    config: {
      storage: {
        ...s3,
        endpoint: store.endpoint,
        publicEndpoint: s3.endpoint,
        region: 'us-east-1',
        buckets: BUCKETS,
      },
    },
  })
})
afterAll(async () => {
  await house.close()
  await store.close()
})

/** Time passes for the breakers, and the store works. */
const recover = (): void => {
  store.plan = () => 'pass'
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + BREAKER_MS })
}
afterEach(() => vi.useRealTimers())

const picture = (): Promise<Buffer> =>
  sharp(randomBytes(24 * 24 * 3), { raw: { width: 24, height: 24, channels: 3 } })
    .png()
    .toBuffer()
const longText = (): string => randomBytes(300_000).toString('base64')

const KINDS = {
  avatar: {
    store: async (userId: string): Promise<Reply> =>
      house.call('avatar-upload', 'POST', `/?userId=${userId}`, {
        raw: { bytes: await picture(), type: 'image/png' },
      }),
    rows: async (userId: string) =>
      (await house.ownerSql`select 1 from user_avatars where user_id = ${userId}`).length,
  },
  transcript: {
    store: (userId: string): Promise<Reply> =>
      house.call('transcript-save', 'POST', '/', { body: { userId, text: longText(), format: 'text' } }),
    rows: async (userId: string) =>
      (await house.ownerSql`select 1 from user_transcripts where user_id = ${userId}`).length,
  },
}

const coinsOf = async (userId: string): Promise<number | undefined> => {
  const [row] = await house.ownerSql<{ coins: number }[]>`
    select coins from user_balances where user_id = ${userId}`
  return row?.coins
}

const FAULTS: readonly [string, S3Plan][] = [
  ['is down', 'refuse'],
  ['is silent for longer than anybody waits', 'lose'],
  ['stores and then is silent', 'keep-answer'],
  ['answers 500', 'fail'],
  ['breaks its answer off', 'truncate'],
  ['confirms other bytes', 'wrong-etag'],
]

/** A break in an answer without a body is no fault for a write: the object is stored and said to be. */
const isHarmless = (reply: Reply, plan: S3Plan): boolean => plan === 'truncate' && reply.status === 201

describe.each(FAULTS)('the store %s', (_, plan) => {
  test.each(['avatar', 'transcript'] as const)(
    '%s: 503 in time, no row, no coin; then it works again',
    async (kind) => {
      const { id } = await house.person()
      const coins = await coinsOf(id)
      const { store: save, rows } = KINDS[kind]
      store.plan = ({ method }) => (method === 'PUT' ? plan : 'pass')
      const startedAt = performance.now()
      const reply = await save(id)
      const tookMs = performance.now() - startedAt
      if (!isHarmless(reply, plan)) {
        expect([reply.status, reply.body.code]).toEqual([503, 'unavailable'])
        expect(reply.headers.get('retry-after')).toMatch(/^\d+$/)
        expect(await rows(id)).toBe(0)
        expect(await coinsOf(id)).toBe(coins)
      }
      expect(tookMs).toBeLessThan(IN_TIME_MS)
      recover()
      const again = await save(id)
      expect(again.status, JSON.stringify(again.body)).toBe(201)
    },
  )
})

test('what the server lacks is said once for each bucket, however many uploads come', async () => {
  const { id } = await house.person()
  for (let count = 0; count < 3; count += 1) expect((await KINDS.transcript.store(id)).status).toBe(201)
  const said = house.logs.filter(
    (line) => line.includes('the object store lacks a feature') && line.includes(BUCKETS.transcripts),
  )
  const features = said.map((line) => (JSON.parse(line) as { feature: string; level: string }).feature)
  expect(features).toEqual([...new Set(features)])
  for (const line of said) expect(JSON.parse(line)).toMatchObject({ level: 'info' })
})

describe('an avatar that is there', () => {
  test('is served while the store takes no new one', async () => {
    const { id } = await house.person()
    const first = await KINDS.avatar.store(id)
    expect(first.status).toBe(201)
    store.plan = () => 'refuse'
    expect((await KINDS.avatar.store(id)).status).toBe(503)
    const { body } = await house.call('profile', 'GET', `/?userId=${id}`)
    expect(body.currentAvatar.id).toBe(first.body.avatar.id)
    const image = await fetch(body.currentAvatar.urls['256'])
    expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/webp'])
    expect((await image.arrayBuffer()).byteLength).toBeGreaterThan(0)
    recover()
    expect((await KINDS.avatar.store(id)).status).toBe(201)
  })

  test('is deleted while the store is away: the row at once, its objects when the store is back', async () => {
    const { id } = await house.person()
    const { body } = await KINDS.avatar.store(id)
    await house.settled()
    store.plan = () => 'refuse'
    const deleted = await house.call('profile', 'DELETE', `/avatars/${body.avatar.id}?userId=${id}`)
    expect(deleted.status).toBe(200)
    await house.settled()
    const left = async (): Promise<number> => {
      let count = 0
      for await (const _object of house.storage.list(BUCKETS.avatars, `avatars/${id}/`)) count += 1
      return count
    }
    expect(await left()).toBe(3)
    recover()
    await house.ownerSql`update graphile_worker._private_jobs set run_at = now() where locked_at is null`
    await house.call('notify', 'POST', '/', { key: null })
    await house.settled()
    expect(await left()).toBe(0)
  })
})

describe('a large transcript that is there', () => {
  test.each<[string, S3Plan]>([
    ['down', 'refuse'],
    ['silent', 'lose'],
    ['failing', 'fail'],
    ['breaking off', 'truncate'],
  ])('is never read in part: the store %s is a 503 in time', async (_, plan) => {
    const { id } = await house.person()
    const { body } = await KINDS.transcript.store(id)
    const read = () => house.call('transcript-save', 'GET', `/${body.transcript.id}?userId=${id}`)
    const whole = await read()
    expect(whole.status).toBe(200)
    store.plan = () => plan
    const startedAt = performance.now()
    expect((await read()).status).toBe(503)
    expect(performance.now() - startedAt).toBeLessThan(IN_TIME_MS)
    recover()
    expect((await read()).body).toEqual(whole.body)
  })
})

describe('the breaker of a function', () => {
  test('opens after five failed calls and answers at once; closes by itself', async () => {
    const { id } = await house.person()
    let calls = 0
    store.plan = () => {
      calls += 1
      return 'fail'
    }
    for (let count = 0; count < 5; count += 1) expect((await KINDS.transcript.store(id)).status).toBe(503)
    const asked = calls
    const startedAt = performance.now()
    expect((await KINDS.transcript.store(id)).status).toBe(503)
    expect(performance.now() - startedAt).toBeLessThan(2_000)
    expect(calls).toBe(asked)
    recover()
    expect((await KINDS.transcript.store(id)).status).toBe(201)
    expect((await KINDS.transcript.store(id)).status).toBe(201)
  })

  test('leaves money and readiness alone', async () => {
    store.plan = () => 'refuse'
    const { id } = await house.person()
    for (let count = 0; count < 5; count += 1) await KINDS.transcript.store(id)
    expect((await house.call('transcript-save', 'GET', '/ready', { as: null })).status).toBe(200)
    const small = await house.call('transcript-save', 'POST', '/', {
      body: { userId: id, text: 'short', format: 'text' },
    })
    expect(small.status).toBe(201)
    recover()
  })
})
