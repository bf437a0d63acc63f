import {
  type CoinMonth,
  type MoneyMonth,
  type MonthRange,
  sumCoinsByMonth,
  sumMoneyByMonth,
} from '#shared/db/accounting.ts'
import { type CommandGroup, readFlags, UsageError } from './context.ts'
import { csvLine } from './csv.ts'
import { plainSum } from './money-text.ts'

const HELP = `The accountant's export: CSV (RFC 4180) to standard output, months in UTC. Columns: docs/operations/money.md.

  accounting --from 2026-01 --to 2026-12 > kopeika-2026.csv
`

/** `line` is `money` (one for each month, provider and currency) or `coins` (one for each month); the others' cells are empty. */
const COLUMNS = [
  'month',
  'line',
  'provider',
  'currency',
  'payments',
  'revenue_gross',
  'refunds',
  'refunded',
  'revenue_net',
  'coins_sold',
  'coins_bonus',
  'coins_spent',
  'coins_returned',
  'coins_taken_back',
  'coins_debt_paid',
  'coins_adjusted',
  'coins_outstanding',
  'coins_debt',
] as const

const moneyCells = ({ month, provider, currency, ...row }: MoneyMonth): (string | number)[] => [
  month,
  'money',
  provider,
  currency,
  row.payments,
  plainSum(row.gross, currency),
  row.refunds,
  plainSum(row.refunded, currency),
  plainSum(row.gross - row.refunded, currency),
  ...Array.from({ length: 9 }, () => ''),
]

const coinCells = ({ month, ...row }: CoinMonth): (string | number)[] => [
  month,
  'coins',
  ...Array.from({ length: 7 }, () => ''),
  row.sold,
  row.bonus,
  row.spent,
  row.returned,
  row.takenBack,
  row.debtPaid,
  row.adjusted,
  row.outstanding,
  row.debt,
]

const MONTH = /^(19|20|21)\d\d-(0[1-9]|1[0-2])$/
const MOST_MONTHS = 600

const rangeOf = (from: string | undefined, to: string | undefined): MonthRange => {
  if (from === undefined || to === undefined || !MONTH.test(from) || !MONTH.test(to))
    throw new UsageError('Name both months: --from 2026-01 --to 2026-12')
  if (from > to) throw new UsageError('--from must not be after --to.')
  const count = (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12
  if (count > MOST_MONTHS) throw new UsageError('At most 50 years at a time.')
  return { from, to }
}

export const accounting: CommandGroup = {
  help: HELP,
  run: async ({ sql }, rest) => {
    const { flags } = readFlags(rest, { names: ['from', 'to'] })
    const range = rangeOf(flags.from, flags.to)
    // one moment for both parts, and longer than a function's statement may take: all transactions are summed
    const [money, coins] = await sql.begin('isolation level repeatable read read only', async (tx) => {
      await tx`set local statement_timeout = '100s'`
      return [await sumMoneyByMonth(tx, range), await sumCoinsByMonth(tx, range)] as const
    })
    process.stdout.write(csvLine(COLUMNS))
    for (const month of coins) {
      for (const row of money.filter((one) => one.month === month.month))
        process.stdout.write(csvLine(moneyCells(row)))
      process.stdout.write(csvLine(coinCells(month)))
    }
  },
}
