import { enqueueAlert } from './alerts.ts'
import type { Queryable, Sql } from './client.ts'
import { inTransaction } from './transaction.ts'

/** Telegram delivers nothing older than 24 h: three days of ids keep every double out (at least 48 h are needed). */
const UPDATE_HOURS = 72
/** Dead letters keep their body for an operator; private words must not lie here for ever. */
const DEAD_LETTER_DAYS = 90
/** Longer than any caller repeats a call; a replay of a dead letter does it much later. */
const KEY_DAYS = 7

/** Forgets updates that had their effect long ago, and dead letters that nobody took up. Gives how many; at most `limit` of each. */
export const pruneUpdates = async (sql: Queryable, limit: number): Promise<number> => {
  const done = await sql`
    delete from telegram_updates where update_id in (
      select update_id from telegram_updates
      where received_at < now() - make_interval(hours => ${UPDATE_HOURS}) and state = 'done'
      order by received_at limit ${limit}
    )`
  const dead = await sql`
    delete from telegram_updates where update_id in (
      select update_id from telegram_updates
      where received_at < now() - make_interval(days => ${DEAD_LETTER_DAYS}) and state = 'dead'
      order by received_at limit ${limit}
    )`
  return done.count + dead.count
}

/**
 * Forgets answers that nobody will ask for again. Gives how many; at most `limit`. What the dispatcher did for an update stays known for as
 * long as that update waits unhandled: a dead letter that is replayed months later must not charge a second time.
 */
export const pruneKeys = async (sql: Queryable, limit: number): Promise<number> => {
  const { count } = await sql`
    delete from idempotency_keys where ctid in (
      select k.ctid from idempotency_keys k
      where k.created_at < now() - make_interval(days => ${KEY_DAYS})
        and not (k.client = 'dispatcher' and exists (
          select from telegram_updates u
          where u.update_id = substring(k.key from '^update:(\\d{1,18}):')::bigint and u.state <> 'done'))
      order by k.created_at limit ${limit}
    )`
  return count
}

/** Telegram gives an update up a day after its message. */
const GIVEN_UP_HOURS = 25

/**
 * Puts updates aside that failed and will not be delivered again: unhandled is not forgotten. One alert for all of them, since an outage of
 * ours leaves many. Gives how many; at most `limit`.
 */
export const buryGivenUp = (sql: Sql, limit: number): Promise<number> =>
  inTransaction(sql, async (tx) => {
    const { count } = await tx`
      update telegram_updates set state = 'dead', handled_at = now()
      where update_id in (
        select update_id from telegram_updates
        where state in ('failed', 'processing') and claimed_until <= now()
          and received_at < now() - make_interval(hours => ${GIVEN_UP_HOURS})
        order by received_at limit ${limit} for update skip locked
      )`
    if (count > 0) {
      const params = { count, reason: 'Telegram delivers them no more' }
      await enqueueAlert(tx, { kind: 'dead-letter', subject: 'updates', params })
    }
    return count
  })
