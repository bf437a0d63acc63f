import type { Tx } from './client.ts'
import type { Subject } from './users.ts'

export type Wallet = {
  userId: string
  languageCode: string | null
  /** As stored; `applySettings` reads it. */
  settings: unknown
  coins: number
  held: number
  debt: number
}

type Row = Wallet & { index: number }

/**
 * Takes the row locks of many people's wallets, always in the order of their ids, so that two transactions with common people do not wait
 * for each other in a circle. Gives each index with its wallet; people who do not exist or were erased are left out.
 */
export const lockWallets = async (
  tx: Tx,
  wanted: readonly { index: number; subject: Subject }[],
): Promise<{ index: number; wallet: Wallet }[]> => {
  const rows = await tx<Row[]>`
    with wanted as (
      select * from jsonb_to_recordset(${tx.json(wanted.map(({ index, subject }) => ({ index, ...subject })))}::jsonb)
        as w(index integer, "userId" uuid, "telegramId" bigint)
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
      l.coins, l.held, l.debt
    from people p join locked l on l.user_id = p.id left join user_states s on s.user_id = p.id`
  return rows.map(({ index, ...wallet }) => ({ index, wallet }))
}
