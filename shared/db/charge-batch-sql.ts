import type { Tx } from './client.ts'
import type { KeyScope, StoredAnswer } from './idempotency.ts'
import type { Subject } from './users.ts'

/** A wallet under lock, with the settings of its owner as they are stored (`applySettings` reads them). */
export type Wallet = {
  userId: string
  languageCode: string | null
  settings: unknown
  /** Not null where an operator shut the person out. */
  suspension: unknown
  coins: number
  held: number
  debt: number
}

/**
 * Takes the row locks of many people's wallets, always in the order of their ids, so that two transactions with common people do not wait
 * for each other in a circle. Gives each index with its wallet; people who do not exist or were erased are left out.
 */
export const lockWallets = async (
  tx: Tx,
  wanted: readonly { index: number; subject: Subject }[],
): Promise<Map<number, Wallet>> => {
  const people = wanted.map(({ index, subject }) => ({ index, ...subject }))
  const rows = await tx<(Wallet & { index: number })[]>`
    with wanted as (
      select * from jsonb_to_recordset(${tx.json(people)}::jsonb) as w(index integer, "userId" uuid, "telegramId" bigint)
    ), people as materialized (
      select w.index, u.id, u.language_code from wanted w join users u on u.id = w."userId" where u.erased_at is null
      union all
      select w.index, u.id, u.language_code from wanted w join users u on u.telegram_id = w."telegramId"
    ), locked as materialized (
      select user_id, coins, held, debt from user_balances
      where user_id in (select id from people)
      order by user_id
      for update
    )
    select p.index, p.id as "userId", p.language_code as "languageCode", s.state_data -> 'settings' as settings,
      s.state_data -> 'suspension' as suspension, l.coins, l.held, l.debt
    from people p join locked l on l.user_id = p.id left join user_states s on s.user_id = p.id`
  return new Map(rows.map(({ index, ...wallet }) => [index, wallet]))
}

type Keyed = { index: number; scope: KeyScope }

const keyFields = ({ client, functionName, route, key }: KeyScope) => ({ client, functionName, route, key })

/** What stands under those keys that were used before, by index. */
export const findStoredAnswers = async (
  tx: Tx,
  keyed: readonly Keyed[],
): Promise<Map<number, StoredAnswer>> => {
  const keys = keyed.map(({ index, scope }) => ({ index, ...keyFields(scope) }))
  const rows = await tx<(StoredAnswer & { index: number })[]>`
    select w.index, k.input_hash as "inputHash", k.status, k.response from jsonb_to_recordset(${tx.json(keys)}::jsonb)
      as w(index integer, client text, "functionName" text, route text, key text)
    join idempotency_keys k
      on k.client = w.client and k.function_name = w."functionName" and k.route = w.route and k.key = w.key`
  return new Map(rows.map(({ index, ...stored }) => [index, stored]))
}

/** Another replica has used one of the keys meanwhile: nothing of the batch may stay. */
class KeyClash extends Error {
  override name = 'KeyClash' as const
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
  scope: KeyScope
  /** The call's answer, but for the transaction's id. */
  answer: { charged: number; balance: { coins: number; held: number } }
}

/**
 * Writes charges that were decided under the wallets' locks: ledger rows in the order given, balances, and the answers under their keys.
 * One statement. Gives the ledger rows' ids by index.
 * @throws KeyClash
 */
export const writeCharges = async (tx: Tx, charges: readonly ChargeRow[]): Promise<Map<number, string>> => {
  if (charges.length === 0) return new Map()
  const rows = charges.map(({ balance, coins, scope, ...row }) => ({
    ...row,
    ...keyFields(scope),
    inputHash: scope.inputHash.toString('hex'),
    amount: -coins,
    balanceAfter: balance.coins,
  }))
  const written = await tx<{ index: number; id: string; keys: number }[]>`
    with decided as (
      select * from jsonb_to_recordset(${tx.json(rows as never)}::jsonb) as d(
        index integer, "userId" uuid, amount bigint, description text, "balanceAfter" bigint, service text, "priceVersion" text,
        actor text, client text, "functionName" text, route text, key text, "inputHash" text, answer jsonb
      ) order by index
    ), numbered as materialized (
      -- version 7: rises with the order of the rows, as the pages of a history need it
      select *, uuidv7() as id from decided
    ), keyed as (
      insert into idempotency_keys (client, function_name, route, key, input_hash, status, response)
      select client, "functionName", route, key, decode("inputHash", 'hex'), 200,
        jsonb_set(answer, '{transactionId}', to_jsonb(id))
      from numbered order by client, "functionName", route, key
      on conflict do nothing
      returning 1
    ), moved as (
      update user_balances b set coins = b.coins + s.amount, updated_at = now()
      from (select "userId", sum(amount)::bigint as amount from numbered group by "userId") s
      where b.user_id = s."userId"
    ), posted as (
      insert into transactions (id, user_id, amount, type, description, balance_after, service, price_version, actor)
      select id, "userId", amount, 'charge', description, "balanceAfter", service, "priceVersion", actor
      from numbered order by index
    )
    select index, id, (select count(*) from keyed) as keys from numbered`
  if (written[0]?.keys !== charges.length) throw new KeyClash('A key of the batch was used elsewhere.')
  return new Map(written.map(({ index, id }) => [index, id]))
}
