import { z } from 'zod'
import * as holds from '#shared/db/holds.ts'
import { getCustomer, getUser } from '#shared/db/users.ts'
import { CoinAmount, CoinBalance } from '#shared/domain/coins.ts'
import { invalidInput } from '#shared/errors.ts'
import { changeRoute, readRoute } from '#shared/http/route.ts'
import { BalanceView } from '#shared/http/schemas.ts'
import { bodySubject, Id, querySubject, subjectOf } from '#shared/http/subject.ts'
import { priceFields, priceRequest } from './pricing.ts'

/** A week (design 11); the tariff may allow less. */
const MOST_SECONDS = 604_800
const MOST_LISTED = 100

const HoldRequest = z.strictObject({
  ...bodySubject,
  ...priceFields,
  expiresInSeconds: z.int().min(1).max(MOST_SECONDS).optional(),
})

const Placed = z.strictObject({
  holdId: Id,
  coins: CoinAmount,
  expiresAt: z.iso.datetime(),
  balance: BalanceView,
})

const HoldView = z
  .strictObject({
    holdId: Id,
    state: z.enum(['active', 'captured', 'released', 'expired']),
    coins: CoinAmount,
    capturedCoins: CoinAmount.nullable(),
    service: z.string().nullable(),
    description: z.string(),
    priceVersion: z.string().nullable(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'Hold' })

const viewOf = ({ id, userId: _userId, createdAt, expiresAt, ...hold }: holds.Hold) => ({
  holdId: id,
  ...hold,
  createdAt: createdAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
})

/** POST /holds: sets coins aside for work that lasts. They are free again when it expires. */
export const placeHold = changeRoute({
  method: 'POST',
  path: '/holds',
  summary: 'Reserves coins for work that lasts: capture them when it is done, or release them',
  body: HoldRequest,
  answers: { 201: Placed },
  run: async ({ body, tx, caller, resources, afterCommit }) => {
    const { tariff } = resources
    const expiresInSeconds = body.expiresInSeconds ?? tariff.holds.defaultSeconds
    if (expiresInSeconds > tariff.holds.maxSeconds) {
      throw invalidInput(`A hold lasts ${tariff.holds.maxSeconds} seconds at most.`, [
        { path: 'expiresInSeconds', message: `must be at most ${tariff.holds.maxSeconds}` },
      ])
    }
    const { id: userId, settings } = await getCustomer(tx, subjectOf(body))
    const priced = priceRequest(body, tariff, settings.language)
    const { hold, balance } = await holds.placeHold(tx, {
      ...priced,
      userId,
      settings,
      expiresInSeconds,
      actor: caller.id,
    })
    afterCommit(async () => resources.wake('notify'))
    const { coins, held } = balance
    const { holdId, expiresAt } = viewOf(hold)
    return { status: 201, body: { holdId, coins: hold.coins, expiresAt, balance: { coins, held } } }
  },
})

/** GET /holds/:id, also of one that has ended. */
export const showHold = readRoute({
  method: 'GET',
  path: '/holds/:id',
  summary: 'A hold, and how it ended',
  params: z.strictObject({ id: Id }),
  answers: { 200: HoldView },
  run: async ({ params, sql }) => ({ status: 200, body: viewOf(await holds.getHold(sql, params.id)) }),
})

/** GET /holds?userId: what is set aside now. */
export const listHolds = readRoute({
  method: 'GET',
  path: '/holds',
  summary: 'Active holds of a person, newest first',
  query: z.strictObject(querySubject),
  answers: { 200: z.strictObject({ items: z.array(HoldView), held: CoinBalance }) },
  run: async ({ query, sql }) => {
    const { id } = await getUser(sql, subjectOf(query))
    const items = await holds.listActiveHolds(sql, id, MOST_LISTED)
    const held = items.reduce((sum, { coins }) => sum + coins, 0)
    return { status: 200, body: { items: items.map(viewOf), held } }
  },
})
