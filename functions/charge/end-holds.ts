import { z } from 'zod'
import type { Tx } from '#shared/db/client.ts'
import * as holds from '#shared/db/holds.ts'
import { getUser } from '#shared/db/users.ts'
import { CoinAmount, CoinBalance } from '#shared/domain/coins.ts'
import { changeRoute } from '#shared/http/route.ts'
import { BalanceView } from '#shared/http/schemas.ts'
import { Id } from '#shared/http/subject.ts'
import { ledgerWords } from '#shared/payments/ledger-words.ts'
import { Charged } from './charge.ts'

const params = z.strictObject({ id: Id })

/** The person whose coins are held. @throws AppError hold_not_found, user_not_found (erased) */
const settingsOfHold = async (tx: Tx, holdId: string) => {
  const { userId } = await holds.getHold(tx, holdId)
  const { settings } = await getUser(tx, { userId })
  return { settings, debtWords: ledgerWords(settings.language).debtPayment }
}

/** POST /holds/:id/capture: the work is done; all of the reserved coins are taken, or a part. After the hold has ended: 409. */
export const captureHold = changeRoute({
  method: 'POST',
  path: '/holds/:id/capture',
  summary: 'Takes reserved coins, all or a part; the rest is free again',
  params,
  body: z.strictObject({ coins: CoinAmount.optional() }),
  hasOptionalBody: true,
  answers: { 200: Charged },
  run: async ({ params: { id }, body, tx, caller, resources, afterCommit }) => {
    const words = await settingsOfHold(tx, id)
    const captured = await holds.captureHold(tx, {
      holdId: id,
      coins: body.coins,
      actor: caller.id,
      ...words,
    })
    afterCommit(async () => resources.wake('notify'))
    const { transactionId, charged, balance } = captured
    const { coins, held } = balance
    return { status: 200, body: { transactionId, charged, balance: { coins, held } } }
  },
})

/** POST /holds/:id/release: the work was not done; nothing is taken. A hold that has run out is released already. */
export const releaseHold = changeRoute({
  method: 'POST',
  path: '/holds/:id/release',
  summary: 'Frees reserved coins',
  params,
  body: z.strictObject({}),
  hasOptionalBody: true,
  answers: { 200: z.strictObject({ holdId: Id, released: CoinBalance, balance: BalanceView }) },
  run: async ({ params: { id }, tx, caller }) => {
    const { debtWords } = await settingsOfHold(tx, id)
    const { released, balance } = await holds.releaseHold(tx, { holdId: id, actor: caller.id, debtWords })
    const { coins, held } = balance
    return { status: 200, body: { holdId: id, released, balance: { coins, held } } }
  },
})
