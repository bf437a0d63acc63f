import { z } from 'zod'
import { getPaymentFile, listPaymentsForOperator } from '#shared/db/payments-admin.ts'
import { getUser } from '#shared/db/users.ts'
import { callFunction } from './call.ts'
import {
  type CommandGroup,
  type Context,
  limitOf,
  paymentId,
  readFlags,
  reasonOf,
  UsageError,
  wholeNumber,
} from './context.ts'
import { parseSum, plainSum } from './money-text.ts'

const HELP = `Payments: what people paid, and what became of it.

  payments list [--suspense] [--provider stars|telegram|yookassa] [--telegram-id N] [--limit 100]
                            newest first; --suspense: only what waits for you, oldest first
  payments show <id>        one payment with its order, refunds, coins, the provider's lines and the audit log
  payments resolve <id> --coins N --reason "..." [--telegram-id N] [--key KEY]
                            credits a payment that waits in suspense; --telegram-id where its payer is not known
  payments refund <id> --reason "..." [--amount 12.34] [--outside] [--key KEY]
                            returns the money (all that is left unless --amount) and takes the coins back;
                            --outside: it was returned at the provider's already, only record it

resolve and refund go through the function top-up as the stack's client, which needs the scope admin.
`

const list = async ({ sql, print }: Context, rest: string[]): Promise<void> => {
  const { flags, on } = readFlags(rest, {
    names: ['provider', 'telegram-id', 'limit'],
    switches: ['suspense'],
  })
  const payments = await listPaymentsForOperator(sql, {
    isSuspense: on.has('suspense'),
    provider: flags.provider,
    telegramId:
      flags['telegram-id'] === undefined ? undefined : wholeNumber(flags['telegram-id'], '--telegram-id'),
    limit: limitOf(flags.limit),
  })
  for (const { id, createdAt, provider, state, amount, currency, coins, telegramId, reason } of payments) {
    const sum = `${plainSum(amount, currency)} ${currency}`
    print(
      `${id}  ${createdAt.toISOString()}  ${provider.padEnd(8)} ${state.padEnd(15)} ${sum.padStart(14)}  ${String(coins).padStart(8)} coins  ${telegramId ?? 'nobody known'}${reason === null ? '' : `  (${reason})`}`,
    )
  }
  print(`${payments.length} payment(s)`)
}

const show = async ({ sql, print }: Context, rest: string[]): Promise<void> => {
  const file = await getPaymentFile(sql, paymentId(readFlags(rest, { words: 1 }).words[0]))
  print(`${plainSum(file.amount, file.currency)} ${file.currency}, ${file.coins} coins, ${file.state}`)
  print(JSON.stringify(file, undefined, 2))
}

const Resolved = z.looseObject({ transactionId: z.string(), coins: z.number() })

const resolve = async (context: Context, rest: string[]): Promise<void> => {
  const { flags, words } = readFlags(rest, { names: ['coins', 'telegram-id', 'reason', 'key'], words: 1 })
  const id = paymentId(words[0])
  const coins = wholeNumber(flags.coins, '--coins')
  const reason = reasonOf(flags.reason)
  const telegramId = flags['telegram-id']
  const user =
    telegramId === undefined
      ? undefined
      : await getUser(context.sql, { telegramId: wholeNumber(telegramId, '--telegram-id') })
  const done = await callFunction(
    context.target,
    {
      functionName: 'top-up',
      path: `/payments/${id}/resolve`,
      body: { coins, reason, ...(user ? { userId: user.id } : {}) },
      key: flags.key,
    },
    Resolved,
  )
  context.print(`${done.coins} coins credited: transaction ${done.transactionId}`)
}

const Refunded = z.looseObject({
  refundId: z.string(),
  coins: z.number(),
  debt: z.number(),
  amount: z.number(),
  currency: z.string(),
  state: z.string(),
})

const refund = async (context: Context, rest: string[]): Promise<void> => {
  const { flags, words, on } = readFlags(rest, {
    names: ['reason', 'amount', 'key'],
    switches: ['outside'],
    words: 1,
  })
  const id = paymentId(words[0])
  const reason = reasonOf(flags.reason)
  const { currency } = await getPaymentFile(context.sql, id)
  const amount = flags.amount === undefined ? undefined : parseSum(flags.amount, currency)
  if (flags.amount !== undefined && amount === undefined)
    throw new UsageError(`--amount must be a sum in ${currency}, such as ${plainSum(1234, currency)}.`)
  const done = await callFunction(
    context.target,
    {
      functionName: 'top-up',
      path: '/refunds',
      body: {
        paymentId: id,
        reason,
        ...(amount === undefined ? {} : { amount }),
        ...(on.has('outside') ? { outside: true } : {}),
      },
      key: flags.key,
    },
    Refunded,
  )
  const owed = done.debt > 0 ? `; the person now owes ${done.debt}` : ''
  context.print(
    `refund ${done.refundId}: ${plainSum(done.amount, done.currency)} ${done.currency}, ${done.coins} coins taken back, ${done.state}${owed}`,
  )
  if (done.state === 'requested')
    context.print('The provider has not confirmed it yet; reconcile brings it to its end.')
}

const ACTIONS: Record<string, (context: Context, rest: string[]) => Promise<void>> = {
  list,
  show,
  resolve,
  refund,
}

export const payments: CommandGroup = {
  help: HELP,
  run: async (context, [action = '', ...rest]) => {
    const work = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined
    if (!work) throw new UsageError(HELP)
    await work(context, rest)
  },
}
