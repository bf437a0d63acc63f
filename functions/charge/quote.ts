import { z } from 'zod'
import { readSpentToday } from '#shared/db/spending.ts'
import { getUser } from '#shared/db/users.ts'
import { getBalance } from '#shared/db/wallets.ts'
import { freeCoins } from '#shared/domain/charging.ts'
import { CoinAmount, CoinBalance } from '#shared/domain/coins.ts'
import { priceOf } from '#shared/domain/tariff.ts'
import { readRoute } from '#shared/http/route.ts'
import { BalanceView } from '#shared/http/schemas.ts'
import { querySubject, subjectOf } from '#shared/http/subject.ts'
import { Units } from './pricing.ts'

const Quote = z.strictObject({
  service: z.string(),
  units: Units,
  coins: CoinAmount,
  priceVersion: z.string(),
  balance: BalanceView,
  debt: CoinBalance,
  /** Coins that can be taken now. */
  spendable: CoinBalance,
  /** Coins to be topped up first; 0 where the work can be paid. */
  missing: CoinBalance,
  /** What the person's own daily limit leaves for today; null where there is none. */
  dailyLeft: CoinBalance.nullable(),
})

/** GET /quote?userId&service&units: the price before costly work, and whether the person can pay it. Nothing is taken or reserved. */
export const quote = readRoute({
  method: 'GET',
  path: '/quote',
  summary: 'What so many units of a service cost, and whether the person can pay that now',
  query: z.strictObject({
    ...querySubject,
    service: z.string().min(1).max(64),
    units: z.coerce.number().pipe(Units).default(1),
  }),
  answers: { 200: Quote },
  run: async ({ query, sql, resources }) => {
    const { id: userId, settings } = await getUser(sql, subjectOf(query))
    const { coins, priceVersion } = priceOf(resources.tariff, query.service, query.units)
    const { debt, ...balance } = await getBalance(sql, userId)
    const { dailyLimit, timeZone } = settings
    const spent =
      dailyLimit === null ? 0 : ((await readSpentToday(sql, [{ userId, timeZone }])).get(userId) ?? 0)
    return {
      status: 200,
      body: {
        service: query.service,
        units: query.units,
        coins,
        priceVersion,
        balance,
        debt,
        spendable: freeCoins({ ...balance, debt }),
        missing: Math.max(0, coins + debt - (balance.coins - balance.held)),
        dailyLeft: dailyLimit === null ? null : Math.max(0, dailyLimit - spent),
      },
    }
  },
})
