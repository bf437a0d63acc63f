import type { Queryable } from './client.ts'

/** Months as 'YYYY-MM', UTC; both ends belong to it. */
export type MonthRange = { from: string; to: string }

export type MoneyMonth = {
  month: string
  provider: string
  currency: string
  payments: number
  /** Minor units: all that people paid, what waits in suspense included. */
  gross: number
  refunds: number
  /** Minor units of the refunds that were done in this month, of payments of whatever month. */
  refunded: number
}

export type CoinMonth = {
  month: string
  sold: number
  /** Gifts, and balances carried over from a former bot. */
  bonus: number
  spent: number
  /** Given back: failed work, refunds that the provider refused. */
  returned: number
  takenBack: number
  debtPaid: number
  /** By hand; may be negative. */
  adjusted: number
  /** In all wallets when the month ended. */
  outstanding: number
  /** Owed by people when the month ended. */
  debt: number
}

/**
 * Money by month, provider and currency. A payment counts in the month in which the provider took it, a refund in the one in which it was
 * done; a refund that is under way or was refused counts nowhere.
 */
export const sumMoneyByMonth = async (sql: Queryable, { from, to }: MonthRange): Promise<MoneyMonth[]> =>
  sql<MoneyMonth[]>`
    with paid as (
      select to_char(coalesce(paid_at, created_at) at time zone 'UTC', 'YYYY-MM') as month, provider, currency, amount, 0 as refunded,
        1 as payments, 0 as refunds
      from payments
    ), returned as (
      select to_char(r.updated_at at time zone 'UTC', 'YYYY-MM'), p.provider, p.currency, 0, r.amount, 0, 1
      from refunds r join payments p on p.id = r.payment_id where r.state = 'done'
    )
    select month, provider, currency, sum(payments)::bigint as payments, sum(amount)::bigint as gross,
      sum(refunds)::bigint as refunds, sum(refunded)::bigint as refunded
    from (select * from paid union all select * from returned) as line
    where month between ${from} and ${to}
    group by month, provider, currency
    order by month, provider, currency`

type Moved = Omit<CoinMonth, 'outstanding' | 'debt'> & { change: number }
type Owed = { month: string; change: number }

const sumMoves = async (sql: Queryable, to: string): Promise<Moved[]> =>
  sql<Moved[]>`
    select to_char(created_at at time zone 'UTC', 'YYYY-MM') as month,
      coalesce(sum(amount) filter (where type = 'top_up'), 0)::bigint as sold,
      coalesce(sum(amount) filter (where type in ('bonus', 'opening')), 0)::bigint as bonus,
      coalesce(-sum(amount) filter (where type = 'charge'), 0)::bigint as spent,
      coalesce(sum(amount) filter (where type = 'refund'), 0)::bigint as returned,
      coalesce(-sum(amount) filter (where type = 'reversal'), 0)::bigint as "takenBack",
      coalesce(-sum(amount) filter (where type = 'debt_payment'), 0)::bigint as "debtPaid",
      coalesce(sum(amount) filter (where type = 'adjustment'), 0)::bigint as adjusted,
      sum(amount)::bigint as change
    from transactions
    where to_char(created_at at time zone 'UTC', 'YYYY-MM') <= ${to}
    group by 1 order by 1`

/**
 * What refunds have added to debts, less what was forgiven when the provider refused one (its coins that did not come back as coins).
 * What was paid off stands among the moves.
 */
const sumDebtAdded = async (sql: Queryable, to: string): Promise<Owed[]> =>
  sql<Owed[]>`
    with owed as (
      select created_at as at, debt_added as change from refunds where debt_added > 0
      union all
      select r.updated_at, -(r.coins - coalesce(t.amount, 0))
      from refunds r left join transactions t on t.id = r.returned_transaction_id
      where r.state = 'failed'
    )
    select to_char(at at time zone 'UTC', 'YYYY-MM') as month, sum(change)::bigint as change
    from owed where to_char(at at time zone 'UTC', 'YYYY-MM') <= ${to}
    group by 1 order by 1`

const monthsOf = ({ from, to }: MonthRange): string[] => {
  const months: string[] = []
  for (const at = new Date(`${from}-01T00:00:00Z`); ; at.setUTCMonth(at.getUTCMonth() + 1)) {
    const month = at.toISOString().slice(0, 7)
    if (month > to) return months
    months.push(month)
  }
}

const NOTHING = { sold: 0, bonus: 0, spent: 0, returned: 0, takenBack: 0, debtPaid: 0, adjusted: 0 }

/**
 * Coins by month, of all wallets: what came and went, and what was outstanding when the month ended, which is all that ever moved until
 * then.
 */
export const sumCoinsByMonth = async (sql: Queryable, range: MonthRange): Promise<CoinMonth[]> => {
  const moves = await sumMoves(sql, range.to)
  const added = await sumDebtAdded(sql, range.to)
  const until = (rows: readonly Owed[], month: string): number =>
    rows.reduce((sum, row) => (row.month <= month ? sum + row.change : sum), 0)
  const paidOff = moves.map(({ month, debtPaid }) => ({ month, change: debtPaid }))
  return monthsOf(range).map((month) => {
    const { change: _change, ...moved } = moves.find((row) => row.month === month) ?? {
      ...NOTHING,
      month,
      change: 0,
    }
    return {
      ...moved,
      outstanding: until(moves, month),
      debt: until(added, month) - until(paidOff, month),
    }
  })
}
