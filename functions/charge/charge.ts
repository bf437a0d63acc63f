import { z } from 'zod'
import { CoinAmount } from '#shared/domain/coins.ts'
import { groupedRoute } from '#shared/http/route.ts'
import { BalanceView } from '#shared/http/schemas.ts'
import { bodySubject, Id, subjectOf } from '#shared/http/subject.ts'
import { chargeGroupOf, lineOf } from './charge-group.ts'
import { priceFields, priceRequest } from './pricing.ts'

const ChargeRequest = z.strictObject({ ...bodySubject, ...priceFields })
type ChargeRequest = z.infer<typeof ChargeRequest>

/** What a charge and a capture answer. */
export const Charged = z.strictObject({ transactionId: Id, charged: CoinAmount, balance: BalanceView })

/** POST /: safe to repeat, one key takes coins once. Charges that arrive together are committed together (design 5.8). */
export const charge = groupedRoute<ChargeRequest>({
  method: 'POST',
  path: '/',
  summary: 'Takes coins for finished work',
  body: ChargeRequest,
  answers: { 200: Charged },
  submit: async ({ body, caller, resources, afterCommit }, scope) => {
    const subject = subjectOf(body)
    const outcome = await chargeGroupOf(resources)(
      {
        scope,
        subject,
        price: ({ language }) => priceRequest(body, resources.tariff, language),
        actor: caller.id,
      },
      {
        identity: `${scope.client}\n${scope.key}`,
        line: lineOf({ subject }),
      },
    )
    afterCommit(async () => resources.wake('notify'))
    return outcome
  },
})
