import { checkLedger } from '#shared/db/ledger-check.ts'
import { type CommandGroup, readFlags } from './context.ts'

const HELP = `Proves the ledger.

  ledger                    coins = sum(transactions), held = active holds, no debt beside free coins, for every wallet
                            (exit 1 on a drift)
`

export const ledger: CommandGroup = {
  help: HELP,
  run: async ({ sql, print }, rest) => {
    readFlags(rest, {})
    const { wallets, coins, held, debt, drift } = await checkLedger(sql)
    print(`${wallets} wallet(s), ${coins} coins, ${held} held, ${debt} debt; ${drift.length} with a drift`)
    for (const row of drift) {
      print(
        `  ${row.userId}: coins ${row.coins}, sum ${row.sum}, held ${row.held}, active holds ${row.activeHolds}, debt ${row.debt}`,
      )
    }
    if (drift.length > 0) process.exitCode = 1
  },
}
