import { ALERT_TASK } from './alerts.ts'
import { writeAudit } from './audit.ts'
import type { Queryable, Tx } from './client.ts'
import { endHolds } from './expired-holds.ts'
import { isUnhandledAbout } from './inbox-people.ts'
import { DELETED_BY_USER } from './person-tables.ts'
import { lockBalance } from './wallets.ts'

export type Erased = {
  userId: string
  /** For a last word, and for what Redis holds; nobody knows it afterwards. */
  telegramId: number
  erasedAt: Date
  coinsLost: number
}

/** A busy inbox and a long queue are read through: longer than a call's usual statement. */
const STATEMENT_MS = 15_000

/** A database that is being restored may be older than some tables. */
const tablesThatAreThere = async (tx: Queryable, names: readonly string[]): Promise<string[]> => {
  const rows = await tx<{ name: string }[]>`
    select name from jsonb_array_elements_text(${tx.json([...names])}::jsonb) as name where to_regclass('public.' || name) is not null`
  return rows.map(({ name }) => name)
}

/** No invoice is awaited any more, and no link leads to one. Whoever pays one all the same is a new person. */
const closeOrders = async (tx: Tx, userId: string): Promise<void> => {
  await tx`
    update orders set state = case when state = 'open' then 'expired' else state end, url = null, updated_at = now()
    where user_id = ${userId} and (state = 'open' or url is not null)`
}

/** Rows that hold more of a person than the pseudonym. Safe to repeat: a call that was under way may have left one behind. */
export const deletePersonalRows = async (tx: Tx, userId: string): Promise<void> => {
  const id = userId.toLowerCase()
  for (const table of await tablesThatAreThere(tx, DELETED_BY_USER))
    await tx`delete from ${tx(table)} where user_id = ${id}`
  // receipts and answers that wait would be sent to nobody, but their words are the person's; objects are found by their folder. What waits
  // for the operators names the pseudonym, and must reach them.
  await tx`
    delete from graphile_worker._private_jobs
    where payload::text like ${`%${id}%`}
      and task_id not in (select id from graphile_worker._private_tasks where identifier = ${ALERT_TASK})`
  await tx`
    delete from idempotency_keys
    where coalesce(response ->> 'userId', response #>> '{user,id}') = ${id} and (response ? 'userId' or response ? 'user')`
}

const deleteByTelegramId = async (tx: Tx, telegramId: number): Promise<void> => {
  // dead letters too: whatever could still be done for them was about this account
  await tx`delete from telegram_updates where telegram_id = ${telegramId}`
  // of a shape that nobody could read: whom it is from stands somewhere inside
  await tx`delete from telegram_updates where telegram_id is null and ${isUnhandledAbout(tx, telegramId)}`
  // what others sent is theirs to repeat; a dead letter that names this person is no longer kept for it
  await tx`
    update telegram_updates set state = 'done', body = null, last_error = null
    where state = 'dead' and ${isUnhandledAbout(tx, telegramId)}`
  await tx`
    delete from graphile_worker._private_jobs
    where ${String(telegramId)} in (payload ->> 'chatId', payload ->> 'telegramId', payload #>> '{params,telegramId}')`
}

/** What is left to do is a row of its own, so that a crash forgets nothing. */
const noteWhatIsLeft = async (tx: Tx, { userId, erasedAt }: Erased): Promise<void> => {
  if ((await tablesThatAreThere(tx, ['erasures'])).length === 0) return
  await tx`
    insert into erasures (user_id, erased_at) values (${userId}, ${erasedAt})
    on conflict (user_id) do update set
      due_at = now(), passes = 0, done_at = null, backups_told_at = null`
}

/**
 * Erases a person: everything that names them goes in this transaction, with the data key that opens their texts; the ledger stays under the
 * pseudonym, and closes as before. Objects, Redis and backups follow (`erasures`). `erasedAt` is given where an erasure is applied again
 * after a restore. Undefined: nobody of this id, or erased already.
 */
export const erasePerson = async (
  tx: Tx,
  { userId, actor, erasedAt }: { userId: string; actor: string; erasedAt?: Date },
): Promise<Erased | undefined> => {
  const [person]: [{ telegramId: number; now: Date }?] = await tx`
    select telegram_id as "telegramId", now() from users where id = ${userId} and erased_at is null for update`
  if (!person) return undefined
  await tx`select set_config('statement_timeout', ${String(STATEMENT_MS)}, true)`
  // coins of work that will not be done any more are free again
  await endHolds(tx, userId, { which: 'all', actor: 'erasure' })
  await closeOrders(tx, userId)
  await deletePersonalRows(tx, userId)
  await deleteByTelegramId(tx, person.telegramId)
  const { coins } = await lockBalance(tx, userId)
  const erased = {
    userId,
    telegramId: person.telegramId,
    erasedAt: erasedAt ?? person.now,
    coinsLost: coins,
  }
  await tx`
    update users set telegram_id = null, username = null, first_name = null, language_code = null, blocked_at = null,
      updated_at = now(), erased_at = ${erased.erasedAt}
    where id = ${userId}`
  await noteWhatIsLeft(tx, erased)
  await writeAudit(tx, {
    actor,
    action: 'person-erased',
    subject: `user:${userId}`,
    details: { coinsLost: coins },
  })
  return erased
}
