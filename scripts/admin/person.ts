import { z } from 'zod'
import { listTransactions } from '#shared/db/history.ts'
import { getUser } from '#shared/db/users.ts'
import { getBalance } from '#shared/db/wallets.ts'
import { callFunction } from './call.ts'
import { type CommandGroup, type Context, readFlags, reasonOf, UsageError, wholeNumber } from './context.ts'

const HELP = `People.

  person <telegramId>       wallet and last movements of a person
  person credit <telegramId> --coins N --reason "..." [--key KEY]
  person debit <telegramId> --coins N --reason "..." [--key KEY]
                            gives or takes coins by hand; the person sees the reason. Only free coins can be taken
  person block <telegramId> --reason "..." [--key KEY]
  person unblock <telegramId> --reason "..." [--key KEY]
                            shuts the person out of chat and paid services, or lets them in again

What changes something goes through the functions top-up and register as the stack's client, which needs the scope admin.
`

const show = async ({ sql, print }: Context, telegramId: number): Promise<void> => {
  const user = await getUser(sql, { telegramId })
  const balance = await getBalance(sql, user.id)
  print(
    `${user.id}  ${user.firstName ?? ''} ${user.username === null ? '' : `@${user.username}`}  since ${user.createdAt.toISOString()}`,
  )
  print(
    `coins ${balance.coins}, held ${balance.held}, debt ${balance.debt}${user.blockedAt === null ? '' : ', not reachable in Telegram (blocked the bot, or never started it)'}`,
  )
  if (user.suspension) print(`BLOCKED by an operator since ${user.suspension.at}: ${user.suspension.reason}`)
  const { items } = await listTransactions(sql, { userId: user.id, limit: 20 })
  for (const { createdAt, type, amount, balanceAfter, description } of items) {
    print(
      `${createdAt.toISOString()}  ${type.padEnd(12)} ${String(amount).padStart(8)}  -> ${String(balanceAfter).padStart(8)}  ${description}`,
    )
  }
}

const Adjusted = z.looseObject({
  transactionId: z.string(),
  balance: z.looseObject({ coins: z.number(), debt: z.number() }),
})

const adjust = async (context: Context, rest: string[], sign: 1 | -1): Promise<void> => {
  const { flags, words } = readFlags(rest, { names: ['coins', 'reason', 'key'], words: 1 })
  const telegramId = wholeNumber(words[0], 'The Telegram id')
  const coins = wholeNumber(flags.coins, '--coins')
  if (coins === 0) throw new UsageError('--coins must be at least 1.')
  const body = { telegramId, coins: sign * coins, reason: reasonOf(flags.reason) }
  const done = await callFunction(
    context.target,
    { functionName: 'top-up', path: '/adjustments', body, key: flags.key },
    Adjusted,
  )
  context.print(
    `${coins} coins ${sign === 1 ? 'given' : 'taken'}: transaction ${done.transactionId}, balance ${done.balance.coins}, debt ${done.balance.debt}`,
  )
}

const Suspended = z.looseObject({ suspended: z.boolean() })

const setAccess = async (context: Context, rest: string[], suspended: boolean): Promise<void> => {
  const { flags, words } = readFlags(rest, { names: ['reason', 'key'], words: 1 })
  const telegramId = wholeNumber(words[0], 'The Telegram id')
  const body = { telegramId, suspended, reason: reasonOf(flags.reason) }
  await callFunction(
    context.target,
    { functionName: 'register', path: '/suspensions', body, key: flags.key },
    Suspended,
  )
  context.print(`${telegramId} is ${suspended ? 'blocked' : 'not blocked any more'}`)
}

export const person: CommandGroup = {
  help: HELP,
  run: async (context, [first = '', ...rest]) => {
    if (first === 'credit') await adjust(context, rest, 1)
    else if (first === 'debit') await adjust(context, rest, -1)
    else if (first === 'block' || first === 'unblock') await setAccess(context, rest, first === 'block')
    else {
      const { words } = readFlags([first, ...rest], { words: 1 })
      await show(context, wholeNumber(words[0], 'The Telegram id'))
    }
  },
}
