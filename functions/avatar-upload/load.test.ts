import { randomBytes } from 'node:crypto'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type House, openHouse, type Reply } from '../../test/support/house.ts'
import { handler as register } from '../register/handler.ts'
import { handler } from './handler.ts'

/** Welcome bonus and price of the tariff in the repository. */
const BONUS = 50
const PRICE = 10
/** Of pictures that may wait for the one decoder of this house. */
const QUEUE = 20

let house: House
/** 16 megapixels in some 50 kB: busy for a while. */
let slow: Buffer

beforeAll(async () => {
  house = await openHouse({ functions: [handler, register], config: { imageConcurrency: 1 } })
  slow = await sharp({ create: { width: 4_000, height: 4_000, channels: 3, background: '#3366cc' } })
    .png({ palette: true })
    .toBuffer()
})
afterAll(() => house.close())

const upload = (userId: string, bytes: Buffer): Promise<Reply> =>
  house.call('avatar-upload', 'POST', `/?userId=${userId}`, { raw: { bytes, type: 'image/png' } })

const walletOf = async (userId: string): Promise<{ coins: number; avatars: number }> => {
  const [row] = await house.ownerSql<{ coins: number; avatars: number }[]>`
    select coins, (select count(*)::bigint from user_avatars where user_id = ${userId}) as avatars
    from user_balances where user_id = ${userId}`
  if (!row) throw new Error('No wallet.')
  return row
}

/** The same look in other bytes. */
const another = (bytes: Buffer): Buffer => Buffer.concat([bytes, randomBytes(8)])

describe('one replica', () => {
  test('works on as many as it has decoders, lets a few wait, and sends the rest away with a time', async () => {
    const people = await Promise.all(Array.from({ length: 2 * QUEUE }, () => house.person()))
    const replies = await Promise.all(people.map(({ id }) => upload(id, another(slow))))
    const statuses = replies.map(({ status }) => status)
    expect(statuses.filter((status) => status === 201).length).toBeGreaterThanOrEqual(QUEUE + 1)
    const refused = replies.filter(({ status }) => status !== 201)
    expect(refused.length).toBeGreaterThan(0)
    for (const { status, headers, body } of refused) {
      expect([status, body.code]).toEqual([503, 'unavailable'])
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    }
    for (const [index, { id }] of people.entries()) {
      const isStored = statuses[index] === 201
      expect(await walletOf(id)).toEqual({
        coins: isStored ? BONUS - PRICE : BONUS,
        avatars: isStored ? 1 : 0,
      })
    }
    const [first] = people
    // and goes on when it has room again
    expect((await upload(first?.id ?? '', another(slow))).status).toBe(201)
  })

  test('the same picture twenty times at once, each call with its own key: one avatar, one charge', async () => {
    const { id } = await house.person()
    const replies = await Promise.all(Array.from({ length: 20 }, () => upload(id, slow)))
    expect(replies.map(({ status }) => status).toSorted()).toEqual([...Array(19).fill(200), 201])
    expect(new Set(replies.map(({ body }) => body.avatar.id)).size).toBe(1)
    expect(replies.filter(({ body }) => body.transactionId !== null)).toHaveLength(1)
    expect(await walletOf(id)).toEqual({ coins: BONUS - PRICE, avatars: 1 })
  })
})
