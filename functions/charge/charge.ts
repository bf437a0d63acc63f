import { z } from 'zod'
import { chargeCoins } from '#shared/db/charges.ts'
import { getUser } from '#shared/db/users.ts'
import { CoinAmount } from '#shared/domain/coins.ts'
import { priceOf, serviceTitle, type Tariff } from '#shared/domain/tariff.ts'
import { invalidInput } from '#shared/errors.ts'
import { changeRoute } from '#shared/http/route.ts'
import { BalanceView } from '#shared/http/schemas.ts'
import { bodySubject, Id, subjectOf } from '#shared/http/subject.ts'

const ChargeRequest = z.strictObject({
  ...bodySubject,
  service: z.string().min(1).max(64).optional(),
  units: z.int().min(1).max(1_000_000_000).optional(),
  coins: CoinAmount.optional(),
  description: z.string().trim().min(1).max(200).optional(),
})
type ChargeRequest = z.infer<typeof ChargeRequest>

const Charged = z.strictObject({ transactionId: Id, charged: CoinAmount, balance: BalanceView })

/** A charge is a service of the tariff, or so many coins with a description: one of the two. */
const priceRequest = (request: ChargeRequest, tariff: Tariff, language: 'ru' | 'en') => {
  const { service, units, coins, description } = request
  if (service !== undefined && coins === undefined && description === undefined) {
    const price = priceOf(tariff, service, units ?? 1)
    return { ...price, service, description: serviceTitle(tariff, service, language) }
  }
  if (service === undefined && units === undefined && coins !== undefined && description !== undefined) {
    return { coins, description }
  }
  throw invalidInput('Send service (and units), or coins and description.', [
    { path: 'service', message: 'either service (with units), or coins with description' },
  ])
}

/** POST /: safe to repeat, one key takes coins once. */
export const charge = changeRoute({
  method: 'POST',
  path: '/',
  summary: 'Takes coins for finished work',
  body: ChargeRequest,
  answers: { 200: Charged },
  run: async ({ body, tx, caller, resources, afterCommit }) => {
    const { id: userId, settings } = await getUser(tx, subjectOf(body))
    const priced = priceRequest(body, resources.tariff, settings.language)
    const posted = await chargeCoins(tx, {
      ...priced,
      userId,
      actor: caller.id,
      settings,
      withReceipt: true,
    })
    afterCommit(async () => resources.wake('notify'))
    return {
      status: 200,
      body: {
        transactionId: posted.transactionId,
        charged: priced.coins,
        balance: { coins: posted.balance.coins, held: posted.balance.held },
      },
    }
  },
})
