import { listTransactions } from '#shared/db/history.ts'
import { getUser } from '#shared/db/users.ts'
import { getBalance } from '#shared/db/wallets.ts'
import { type CommandGroup, readFlags, wholeNumber } from './context.ts'

const HELP = `  person <telegramId>       wallet and last movements of a person
`

export const person: CommandGroup = {
  help: HELP,
  run: async ({ sql, print }, rest) => {
    const { words } = readFlags(rest, { words: 1 })
    const user = await getUser(sql, { telegramId: wholeNumber(words[0], 'The Telegram id') })
    const balance = await getBalance(sql, user.id)
    print(
      `${user.id}  ${user.firstName ?? ''} ${user.username === null ? '' : `@${user.username}`}  since ${user.createdAt.toISOString()}`,
    )
    print(
      `coins ${balance.coins}, held ${balance.held}, debt ${balance.debt}${user.blockedAt === null ? '' : ', not reachable in Telegram (blocked the bot, or never started it)'}`,
    )
    const { items } = await listTransactions(sql, { userId: user.id, limit: 20 })
    for (const { createdAt, type, amount, balanceAfter, description } of items) {
      print(
        `${createdAt.toISOString()}  ${type.padEnd(12)} ${String(amount).padStart(8)}  -> ${String(balanceAfter).padStart(8)}  ${description}`,
      )
    }
  },
}
