import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type House, openHouse, type Reply } from '../../test/support/house.ts'
import { handler as avatarUpload } from '../avatar-upload/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler } from './handler.ts'

type Item = {
  id: string
  current: boolean
  urls: Record<string, string>
  uses: { usedFrom: string; usedTo: string | null }[]
}

/** Pictures that a person may keep in this house. */
const ROOM = 3
const BONUS = 50
const PRICE = 10
const TARIFF = fileURLToPath(new URL('../../tariff.yml', import.meta.url))

let house: House
const folder = mkdtempSync(join(tmpdir(), 'kopeika-gallery-'))

beforeAll(async () => {
  const tariffFile = join(folder, 'tariff.yml')
  writeFileSync(tariffFile, readFileSync(TARIFF, 'utf8').replace('perPerson: 20', `perPerson: ${ROOM}`))
  house = await openHouse({ functions: [handler, register, avatarUpload], config: { tariffFile } })
})
afterAll(async () => {
  await house.close()
  rmSync(folder, { recursive: true })
})

const picture = (): Promise<Buffer> =>
  sharp(randomBytes(12 * 12 * 3), { raw: { width: 12, height: 12, channels: 3 } })
    .png()
    .toBuffer()
const upload = async (userId: string, bytes?: Buffer): Promise<Reply> =>
  house.call('avatar-upload', 'POST', `/?userId=${userId}`, {
    raw: { bytes: bytes ?? (await picture()), type: 'image/png' },
  })
const galleryOf = async (userId: string): Promise<Item[]> =>
  (await house.call('profile', 'GET', `/avatars?userId=${userId}`)).body.items
const choose = (userId: string, id: string): Promise<Reply> =>
  house.call('profile', 'POST', `/avatars/${id}/current?userId=${userId}`)
const remove = (userId: string, id: string): Promise<Reply> =>
  house.call('profile', 'DELETE', `/avatars/${id}?userId=${userId}`)

/** Which avatar was the face when, oldest first, as [id, is it still]. */
const courseOf = (items: Item[]): [string, boolean][] =>
  items
    .flatMap(({ id, uses }) => uses.map((use) => ({ id, ...use })))
    .toSorted((one, other) => one.usedFrom.localeCompare(other.usedFrom))
    .map(({ id, usedTo }) => [id, usedTo === null])

describe('when a picture was current', () => {
  test('is told of each: from, to, and once more from', async () => {
    const { id } = await house.person()
    const first = (await upload(id)).body.avatar.id
    const second = (await upload(id)).body.avatar.id
    await choose(id, first)
    // it is already: nothing begins anew
    await choose(id, first)
    const items = await galleryOf(id)
    expect(courseOf(items)).toEqual([
      [first, false],
      [second, false],
      [first, true],
    ])
    const [newest, oldest] = items
    expect([newest?.id, oldest?.id]).toEqual([second, first])
    for (const { usedFrom, usedTo } of items.flatMap(({ uses }) => uses)) {
      expect(Date.parse(usedTo ?? new Date().toISOString())).toBeGreaterThanOrEqual(Date.parse(usedFrom))
    }
    // newest first within one picture
    expect(oldest?.uses.map(({ usedTo }) => usedTo === null)).toEqual([true, false])
  })

  test('a picture that is sent again comes into use again', async () => {
    const { id } = await house.person()
    const bytes = await picture()
    const first = (await upload(id, bytes)).body.avatar.id
    const second = (await upload(id)).body.avatar.id
    expect((await upload(id, bytes)).status).toBe(200)
    expect(courseOf(await galleryOf(id)).map(([used]) => used)).toEqual([first, second, first])
  })

  test('goes with a deleted picture, and the newest left comes into use', async () => {
    const { id } = await house.person()
    const first = (await upload(id)).body.avatar.id
    const second = (await upload(id)).body.avatar.id
    await remove(id, second)
    expect(courseOf(await galleryOf(id))).toEqual([
      [first, false],
      [first, true],
    ])
    const rows = await house.ownerSql`select 1 from user_avatar_uses where avatar_id = ${second}`
    expect(rows).toHaveLength(0)
  })

  test('chosen thirty times at once: one is in use, and spans do not overlap', async () => {
    const { id } = await house.person()
    const all = [(await upload(id)).body.avatar.id, (await upload(id)).body.avatar.id]
    await Promise.all(Array.from({ length: 30 }, (_, index) => choose(id, all[index % 2] ?? '')))
    const spans = (await galleryOf(id))
      .flatMap(({ uses }) => uses)
      .toSorted((one, other) => one.usedFrom.localeCompare(other.usedFrom))
    expect(spans.filter(({ usedTo }) => usedTo === null)).toHaveLength(1)
    for (const [index, span] of spans.entries()) {
      const next = spans[index + 1]
      if (next) expect(Date.parse(span.usedTo ?? '')).toBeLessThanOrEqual(Date.parse(next.usedFrom))
    }
  })

  test('is kept for the last fifty uses of each', async () => {
    const { id } = await house.person()
    const [one, other] = [(await upload(id)).body.avatar.id, (await upload(id)).body.avatar.id]
    await house.ownerSql`
      insert into user_avatar_uses (avatar_id, used_from, used_to)
      select ${one}, now(), now() + interval '1 ms' from generate_series(1, 60)`
    await choose(id, one)
    await choose(id, other)
    const items = await galleryOf(id)
    expect(items.find((item) => item.id === one)?.uses).toHaveLength(50)
  })
})

describe('how many pictures a person keeps', () => {
  test('is limited: 409 before any work, nothing taken, until one is deleted', async () => {
    const { id } = await house.person()
    const bytes = await picture()
    const kept = [(await upload(id, bytes)).body.avatar.id]
    for (let index = 1; index < ROOM; index += 1) kept.push((await upload(id)).body.avatar.id)
    const full = await upload(id)
    expect([full.status, full.body.code]).toEqual([409, 'conflict'])
    expect(full.body).toMatchObject({ limit: 'avatars', perPerson: ROOM, kept: ROOM })
    expect(full.body.detail).toMatch(/delete one/)
    // one that is there already takes no room
    expect((await upload(id, bytes)).status).toBe(200)
    const [wallet] = await house.ownerSql`select coins from user_balances where user_id = ${id}`
    expect(wallet?.coins).toBe(BONUS - ROOM * PRICE)
    const keys: string[] = []
    for await (const { key } of house.storage.list(house.buckets.avatars, `avatars/${id}/`)) keys.push(key)
    expect(keys).toHaveLength(3 * ROOM)
    await remove(id, kept[1])
    expect((await upload(id)).status).toBe(201)
  })

  test('holds when many come at once for the last place', async () => {
    const { id } = await house.person()
    for (let index = 1; index < ROOM; index += 1) await upload(id)
    const replies = await Promise.all(Array.from({ length: 6 }, () => upload(id)))
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409, 409])
    expect(await galleryOf(id)).toHaveLength(ROOM)
    const [wallet] = await house.ownerSql`select coins from user_balances where user_id = ${id}`
    expect(wallet?.coins).toBe(BONUS - ROOM * PRICE)
  })
})

describe('a link to a picture', () => {
  test('names its type and its end, and both are signed', async () => {
    const { id } = await house.person()
    await upload(id)
    const [item] = await galleryOf(id)
    const before = Date.now()
    const url = new URL(item?.urls['256'] ?? '')
    expect(Number(url.searchParams.get('X-Amz-Expires'))).toBeLessThanOrEqual(300)
    const answer = await fetch(url)
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
      200,
      'image/webp',
      'private',
    ])
    const end = Date.parse(answer.headers.get('expires') ?? '')
    expect(end).toBeGreaterThan(before)
    expect(end).toBeLessThanOrEqual(before + 300_000)
    for (const [name, value] of [
      ['response-content-type', 'text/html'],
      ['response-cache-control', 'public, max-age=31536000'],
      ['X-Amz-Expires', '604800'],
    ] as const) {
      const bent = new URL(url)
      bent.searchParams.set(name, value)
      expect((await fetch(bent)).status).toBe(403)
    }
    const elsewhere = new URL(url)
    elsewhere.pathname = elsewhere.pathname.replace('256.webp', '512.webp')
    expect((await fetch(elsewhere)).status).toBe(403)
  })

  test('shows an image even where something else was put in its place', async () => {
    const { id } = await house.person()
    await upload(id)
    const [row] = await house.ownerSql<{ key: string }[]>`
      select avatar_data -> 'keys' ->> '64' as key from user_avatars where user_id = ${id}`
    await house.storage.put(house.buckets.avatars, row?.key ?? '', Buffer.from('<script>'), {
      contentType: 'text/html',
    })
    const [item] = await galleryOf(id)
    expect((await fetch(item?.urls['64'] ?? '')).headers.get('content-type')).toBe('image/webp')
  })

  test('goes to the public address, and our own answers carry nosniff and no cache', async () => {
    const s3 = house.resourcesOf('profile').config.storage
    if (!s3) throw new Error('No store is configured.')
    const outside = await openHouse({
      functions: [handler, register, avatarUpload],
      config: { storage: { ...s3, publicEndpoint: 'https://files.example.com' } },
    })
    try {
      const { id } = await outside.person()
      await outside.call('avatar-upload', 'POST', `/?userId=${id}`, {
        raw: { bytes: await picture(), type: 'image/png' },
      })
      const reply = await outside.call('profile', 'GET', `/avatars?userId=${id}`)
      for (const url of Object.values<string>(reply.body.items[0].urls)) {
        expect(url.startsWith('https://files.example.com/')).toBe(true)
      }
      expect(reply.headers.get('x-content-type-options')).toBe('nosniff')
      expect(reply.headers.get('cache-control')).toBe('no-store')
    } finally {
      await outside.close()
    }
  })
})
