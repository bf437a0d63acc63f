import type { Sql } from '#shared/db/client.ts'
import { findMissedCharges, type ProviderBook } from './provider-books.ts'

/** Each question gives one line for every place where the books do not close. */
type Question = (sql: Sql) => Promise<{ violation: string }[]>

const WALLETS: Question[] = [
  (sql) => sql`
    select 'I1: all coins are ' || coins || ', all transactions add up to ' || amounts as violation
    from (select coalesce(sum(coins), 0) as coins from user_balances) b,
      (select coalesce(sum(amount), 0) as amounts from transactions) t
    where coins <> amounts`,
  (sql) => sql`
    select 'I2: person ' || b.user_id || ' has ' || b.coins || ' coins, their transactions add up to '
      || coalesce(t.sum, 0) as violation
    from user_balances b left join (select user_id, sum(amount) as sum from transactions group by user_id) t using (user_id)
    where b.coins <> coalesce(t.sum, 0)`,
  (sql) => sql`
    select 'I3: person ' || user_id || ' has ' || coins || ' coins, of which ' || held || ' are held' as violation
    from user_balances where coins < 0 or held < 0 or coins - held < 0`,
  (sql) => sql`
    select 'holds: person ' || b.user_id || ' has ' || b.held || ' coins held, active holds add up to ' || coalesce(h.sum, 0)
      as violation
    from user_balances b
    left join (select user_id, sum(coins) as sum from holds where state = 'active' group by user_id) h using (user_id)
    where b.held <> coalesce(h.sum, 0)`,
  (sql) => sql`
    select 'debt: person ' || user_id || ' owes ' || debt || ' and has ' || (coins - held) || ' coins free' as violation
    from user_balances where debt > 0 and coins <> held`,
  (sql) => sql`
    select 'debt: person ' || b.user_id || ' owes ' || b.debt || '; refunds added ' || coalesce(r.added, 0) || ', of which '
      || coalesce(r.forgiven, 0) || ' went when they failed, paid were ' || coalesce(p.paid, 0) as violation
    from user_balances b
    left join (
      select p.user_id, sum(r.debt_added) as added,
        sum(r.coins - coalesce(t.amount, 0)) filter (where r.state = 'failed') as forgiven
      from refunds r join payments p on p.id = r.payment_id left join transactions t on t.id = r.returned_transaction_id
      group by p.user_id
    ) r using (user_id)
    left join (
      select user_id, -sum(amount) as paid from transactions where type = 'debt_payment' group by user_id
    ) p using (user_id)
    where b.debt <> coalesce(r.added, 0) - coalesce(r.forgiven, 0) - coalesce(p.paid, 0)`,
  // the chain of balances, whatever order it was written in: what every row found is what another one left
  (sql) => sql`
    select 'balance_after: person ' || user_id || ' has a break in the chain at ' || value as violation
    from (
      select user_id, balance_after as value, 1 as n from transactions
      union all select user_id, 0, 1 from user_balances
      union all select user_id, balance_after - amount, -1 from transactions
      union all select user_id, coins, -1 from user_balances
    ) chain group by user_id, value having sum(n) <> 0`,
]

const PAYMENTS: Question[] = [
  (sql) => sql`
    select 'I4: payment ' || p.id || ' (' || p.state || ', ' || p.coins || ' coins) has the transaction '
      || coalesce(t.type || ' of ' || t.amount, 'none') as violation
    from payments p left join transactions t on t.id = p.transaction_id
    where case
      when p.state = 'suspense' or (p.state = 'refunded' and p.coins = 0) then p.transaction_id is not null or p.coins <> 0
      else t.type is distinct from 'top_up' or t.amount <> p.coins or t.user_id <> p.user_id
        or t.reference is distinct from 'payment:' || p.id
    end`,
  (sql) => sql`
    select 'I4: the top-up ' || t.id || ' of ' || t.amount || ' coins belongs to no payment' as violation
    from transactions t left join payments p on p.transaction_id = t.id
    where t.type = 'top_up' and p.id is null`,
  (sql) => sql`
    select 'I4: payment ' || id || ' was left half-way' as violation from payments where reason = 'being_credited'`,
  (sql) => sql`
    select 'I4: payment ' || p.id || ' does not fit its order (' || p.amount || ' ' || p.currency || ', ' || p.coins || ' coins)'
      as violation
    from payments p join orders o on o.id = p.order_id
    where p.state <> 'suspense' and p.coins > 0
      and (p.provider <> o.provider or p.amount <> o.amount or p.currency <> o.currency or p.coins <> o.coins)
      -- what an operator decided for money that did not fit
      and not exists (select from audit_log a where a.action = 'payment-resolved' and a.subject = 'payment:' || p.id)`,
  (sql) => sql`
    select 'I6: payment ' || p.id || ' is ' || p.state || ', its refunds add up to ' || r.amount || ' (' || r.done || ' done) of '
      || p.amount || ' ' || p.currency || ' and ' || r.coins || ' of ' || p.coins || ' coins' as violation
    from payments p
    cross join lateral (
      select coalesce(sum(amount), 0) as amount, coalesce(sum(coins), 0) as coins,
        coalesce(sum(amount) filter (where state = 'done'), 0) as done
      from refunds where payment_id = p.id and state <> 'failed'
    ) r
    where r.amount > p.amount or r.coins > p.coins or (r.amount = p.amount and r.coins <> p.coins)
      or (p.state = 'refunded') <> (r.done = p.amount) or (p.state = 'credited' and r.done > 0)
      or (p.state = 'partly_refunded' and r.done = 0)`,
]

const REFUNDS: Question[] = [
  (sql) => sql`
    select 'I6: refund ' || r.id || ' of ' || r.coins || ' coins was reversed by ' || coalesce(-t.amount, 0) || ', and '
      || r.debt_added || ' became debt' as violation
    from refunds r left join transactions t on t.id = r.transaction_id
    where r.coins <> coalesce(-t.amount, 0) + r.debt_added
      or (t.id is not null and (t.type <> 'reversal' or t.reference is distinct from 'refund:' || r.id))`,
  (sql) => sql`
    select 'I6: the reversal ' || t.id || ' of ' || t.amount || ' coins belongs to no refund' as violation
    from transactions t left join refunds r on r.transaction_id = t.id
    where t.type = 'reversal' and r.id is null`,
  (sql) => sql`
    select 'I6: refund ' || r.id || ' is ' || r.state || ', and gave back ' || coalesce(t.amount, 0) || ' of ' || r.coins
      || ' coins, of which ' || r.debt_added || ' had become debt' as violation
    from refunds r left join transactions t on t.id = r.returned_transaction_id
    where (r.state <> 'failed' and t.id is not null)
      or (r.state = 'failed' and coalesce(t.amount, 0) not between r.coins - r.debt_added and r.coins)`,
  (sql) => sql`
    select 'I6: the coins given back by ' || t.id || ' belong to no failed refund' as violation
    from transactions t left join refunds r on r.returned_transaction_id = t.id
    where t.type = 'refund' and r.id is null`,
]

const HOLDS: Question[] = [
  (sql) => sql`
    select 'holds: ' || h.id || ' is captured with ' || h.captured_coins || ' coins, its transaction is '
      || coalesce(t.type || ' of ' || t.amount, 'none') as violation
    from holds h left join transactions t on t.id = h.transaction_id
    where (h.state = 'captured') <> (t.id is not null)
      or (t.id is not null and (t.type <> 'charge' or -t.amount <> h.captured_coins or t.user_id <> h.user_id))`,
  (sql) => sql`
    select 'holds: one transaction pays for ' || count(*) || ' holds' as violation
    from holds where transaction_id is not null group by transaction_id having count(*) > 1`,
]

const EVENTS: Question[] = [
  (sql) => sql`
    select 'keys: ' || key || ' of ' || function_name || ' was kept without an answer' as violation
    from idempotency_keys where status is null`,
  (sql) => sql`
    select 'I4: the book line ' || e.external_id || ' was matched to the payment of another charge' as violation
    from provider_entries e join payments p on p.id = e.payment_id
    where p.provider <> e.provider or p.charge_id <> e.charge_id`,
  (sql) => sql`
    select 'I7: ' || count(*) || ' notices of one payment wait (' || (payload #>> '{params,paymentId}') || ')' as violation
    from graphile_worker._private_jobs
    where payload ->> 'kind' = 'payment-credited' group by payload #>> '{params,paymentId}' having count(*) > 1`,
  (sql) => sql`
    select 'I7: a notice tells of the payment ' || coalesce(payload #>> '{params,paymentId}', 'null') || ', which was not credited'
      as violation
    from graphile_worker._private_jobs j
    where payload ->> 'kind' = 'payment-credited' and not exists (
      select from payments p where p.id::text = j.payload #>> '{params,paymentId}' and p.transaction_id is not null
    )`,
]

const QUESTIONS = [...WALLETS, ...PAYMENTS, ...REFUNDS, ...HOLDS, ...EVENTS]

/** No function sends notices in most tests: then each credited payment has its one notice in the queue still. */
const findUntoldPayments: Question = (sql) => sql`
  select 'I7: nobody will be told of the payment ' || p.id as violation
  from payments p
  where p.transaction_id is not null and not exists (
    select from graphile_worker._private_jobs j
    where j.payload ->> 'kind' = 'payment-credited' and j.payload #>> '{params,paymentId}' = p.id::text
  )`

export type InvariantOptions = {
  /** What the providers have in their own books; each charge there must have been credited once, and none invented. */
  books?: readonly ProviderBook[]
  /** True where no `notify` runs, so that every notice is still a job. */
  noticesAreKept?: boolean
}

/**
 * The invariants I1-I7 of money: one line for each violation, none when the books close. Needs the owner's role. To be asked when nothing
 * is under way.
 */
export const checkInvariants = async (sql: Sql, options: InvariantOptions = {}): Promise<string[]> => {
  const questions = options.noticesAreKept ? [...QUESTIONS, findUntoldPayments] : QUESTIONS
  const answers = await Promise.all(questions.map((question) => question(sql)))
  const missed = await Promise.all((options.books ?? []).map((book) => findMissedCharges(sql, book)))
  return [...answers.flat().map(({ violation }) => violation), ...missed.flat()]
}
