import { type Alert, alertJob } from './alerts.ts'
import type { Queryable, Sql } from './client.ts'

export type IncomingUpdate = {
  updateId: number
  kind: string
  /** The person it came from, where there is one. */
  telegramId: number | null
  body: unknown
}

/**
 * `claimed`: it is ours to handle now (`attempts` counts this one, and is what `releaseUpdate` and `buryUpdate` know the claim by: whoever
 * takes over one that ran out counts one more). `done` and `dead`: nothing to do. `busy`: another delivery of it is being handled.
 */
export type Claim = { state: 'claimed'; attempts: number } | { state: 'done' | 'dead' | 'busy' }

/** Failures of an update before it is put aside as a dead letter (design 5.4). */
export const MAX_ATTEMPTS = 5

const MAX_ERROR_LENGTH = 1_000

/**
 * Stores an update before it is answered and claims it for `seconds`. Telegram's update_id rises by one but may jump anywhere after a
 * quiet week, so doubles are known by a unique row, never by "the last id seen".
 */
export const claimUpdate = async (sql: Sql, update: IncomingUpdate, seconds: number): Promise<Claim> => {
  const [claimed]: [{ attempts: number }?] = await sql`
    insert into telegram_updates (update_id, kind, telegram_id, body, claimed_until)
    values (${update.updateId}, ${update.kind}, ${update.telegramId}, ${sql.json(update.body as never)},
      now() + make_interval(secs => ${seconds}))
    on conflict (update_id) do update set
      state = 'processing', claimed_until = excluded.claimed_until,
      -- a released update was counted then; whoever left it in mid-work did not come to that
      attempts = telegram_updates.attempts + (telegram_updates.state = 'processing')::int
    where telegram_updates.state = 'failed'
      or (telegram_updates.state = 'processing' and telegram_updates.claimed_until <= now())
    returning attempts`
  if (claimed) return { state: 'claimed', attempts: claimed.attempts }
  return { state: await stateOfUpdate(sql, update.updateId) }
}

/** How far an update is that another delivery has claimed. */
export const stateOfUpdate = async (sql: Queryable, updateId: number): Promise<'done' | 'dead' | 'busy'> => {
  const [row]: [{ state: string }?] =
    await sql`select state from telegram_updates where update_id = ${updateId}`
  return row?.state === 'done' || row?.state === 'dead' ? row.state : 'busy'
}

/**
 * The update has had its effect: its body, which may hold private words, is dropped; its id stays against doubles. Whose claim it was does
 * not matter: one that ran out meanwhile, and failed in other hands, has had its effect all the same.
 */
export const finishUpdate = async (sql: Queryable, updateId: number): Promise<void> => {
  await sql`
    update telegram_updates set state = 'done', handled_at = now(), body = null, last_error = null
    where update_id = ${updateId} and state in ('processing', 'failed')`
}

/**
 * Puts an update aside with its body, for an operator to look at and replay; the alert to the operators is queued in the same statement.
 * Whoever lost the claim changes nothing.
 */
export const buryUpdate = async (
  sql: Queryable,
  updateId: number,
  { attempts, reason }: { attempts: number; reason: string },
): Promise<void> => {
  await sql`
    with buried as (
      update telegram_updates set state = 'dead', handled_at = now(), last_error = ${reason.slice(0, MAX_ERROR_LENGTH)}
      where update_id = ${updateId} and state = 'processing' and attempts = ${attempts}
      returning 1
    )
    select ${alertJob(sql, deadLetterAlert(updateId, attempts))} from buried`
}

const deadLetterAlert = (updateId: number, attempts: number): Alert => ({
  kind: 'dead-letter',
  subject: `update:${updateId}`,
  params: { updateId, attempts },
})

/**
 * Frees an update for its next delivery and counts the failure. One that is not the update's own fault (a part of ours or Telegram's is
 * away) does not bring it nearer to the dead letters. Whoever lost the claim changes nothing: freed under the hands of its new holder, the
 * update would stay open after it was handled, and never come again.
 */
export const releaseUpdate = async (
  sql: Queryable,
  updateId: number,
  failure: { attempts: number; reason: string; isOwnFault: boolean },
): Promise<void> => {
  await sql`
    update telegram_updates set
      state = 'failed', claimed_until = now(), last_error = ${failure.reason.slice(0, MAX_ERROR_LENGTH)},
      attempts = attempts + ${failure.isOwnFault}::boolean::int
    where update_id = ${updateId} and state = 'processing' and attempts = ${failure.attempts}`
}
