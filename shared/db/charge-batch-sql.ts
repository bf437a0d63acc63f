import type { Tx } from './client.ts'
import type { KeyScope } from './idempotency.ts'

export type ClaimedKey = Pick<KeyScope, 'client' | 'functionName' | 'route' | 'key'>

const nameOf = ({ client, functionName, route, key }: ClaimedKey): string =>
  [client, functionName, route, key].join('\n')

/**
 * Claims idempotency keys, always in the same order, so that two batches with common keys do not wait for each other in a circle. Gives
 * the indexes of those that are new; a key that another transaction is just using is waited for (lock_timeout).
 */
export const claimKeys = async (tx: Tx, scopes: readonly KeyScope[]): Promise<Set<number>> => {
  const wanted = scopes.map(({ inputHash, ...scope }) => ({ ...scope, inputHash: inputHash.toString('hex') }))
  const rows = await tx<ClaimedKey[]>`
    insert into idempotency_keys (client, function_name, route, key, input_hash)
    select w.client, w."functionName", w.route, w.key, decode(w."inputHash", 'hex')
    from jsonb_to_recordset(${tx.json(wanted)}::jsonb)
      as w(client text, "functionName" text, route text, key text, "inputHash" text)
    order by w.client, w."functionName", w.route, w.key
    on conflict do nothing
    returning client, function_name as "functionName", route, key`
  const claimed = new Set(rows.map(nameOf))
  return new Set(scopes.flatMap((scope, index) => (claimed.has(nameOf(scope)) ? [index] : [])))
}

export type ChargeRow = {
  index: number
  userId: string
  coins: number
  description: string
  service?: string
  priceVersion?: string
  actor: string
  /** The wallet after this charge. */
  balance: { coins: number }
  scope: ClaimedKey
  /** The call's answer, but for the transaction's id. */
  answer: { charged: number; balance: { coins: number; held: number } }
}

/**
 * Writes charges that were decided under the wallets' locks: ledger rows in the order given, balances, answers under their keys; and frees
 * the keys of those that were refused. One statement. Gives the ledger rows' ids by index.
 */
export const writeCharges = async (
  tx: Tx,
  charges: readonly ChargeRow[],
  freed: readonly ClaimedKey[],
): Promise<Map<number, string>> => {
  const rows = charges.map(({ balance, coins, scope, ...row }) => ({
    ...row,
    amount: -coins,
    balanceAfter: balance.coins,
    client: scope.client,
    functionName: scope.functionName,
    route: scope.route,
    key: scope.key,
  }))
  const written = await tx<{ index: number; id: string }[]>`
    with decided as (
      select * from jsonb_to_recordset(${tx.json(rows as never)}::jsonb) as d(
        index integer, "userId" uuid, amount bigint, description text, "balanceAfter" bigint, service text, "priceVersion" text,
        actor text, client text, "functionName" text, route text, key text, answer jsonb
      ) order by index
    ), numbered as materialized (
      -- version 7: rises with the order of the rows, as the pages of a history need it
      select *, uuidv7() as id from decided
    ), moved as (
      update user_balances b set coins = b.coins + s.amount, updated_at = now()
      from (select "userId", sum(amount)::bigint as amount from numbered group by "userId") s
      where b.user_id = s."userId"
    ), posted as (
      insert into transactions (id, user_id, amount, type, description, balance_after, service, price_version, actor)
      select id, "userId", amount, 'charge', description, "balanceAfter", service, "priceVersion", actor
      from numbered order by index
    ), answered as (
      update idempotency_keys k set status = 200, response = jsonb_set(n.answer, '{transactionId}', to_jsonb(n.id))
      from numbered n
      where k.client = n.client and k.function_name = n."functionName" and k.route = n.route and k.key = n.key
    ), freed as (
      delete from idempotency_keys k
      using jsonb_to_recordset(${tx.json(freed as never)}::jsonb) as f(client text, "functionName" text, route text, key text)
      where k.client = f.client and k.function_name = f."functionName" and k.route = f.route and k.key = f.key
    )
    select index, id from numbered`
  return new Map(written.map(({ index, id }) => [index, id]))
}
