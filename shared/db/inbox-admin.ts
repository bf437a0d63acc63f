import { AppError } from '#shared/errors.ts'
import type { Queryable } from './client.ts'

export type StoredUpdate = {
  updateId: number
  kind: string
  telegramId: number | null
  state: string
  attempts: number
  lastError: string | null
  receivedAt: Date
}

export type UpdateFilter = {
  state?: 'dead' | 'failed' | 'processing' | undefined
  kind?: string | undefined
  telegramId?: number | undefined
  olderThanMinutes?: number | undefined
  limit: number
}

/** Updates that had no effect yet, oldest first: dead letters, and those that wait for their next delivery. */
export const listOpenUpdates = async (sql: Queryable, filter: UpdateFilter): Promise<StoredUpdate[]> =>
  sql<StoredUpdate[]>`
    select update_id as "updateId", kind, telegram_id as "telegramId", state, attempts, last_error as "lastError",
      received_at as "receivedAt"
    from telegram_updates where state <> 'done'
      ${filter.state === undefined ? sql`` : sql`and state = ${filter.state}`}
      ${filter.kind === undefined ? sql`` : sql`and kind = ${filter.kind}`}
      ${filter.telegramId === undefined ? sql`` : sql`and telegram_id = ${filter.telegramId}`}
      and received_at <= now() - make_interval(mins => ${filter.olderThanMinutes ?? 0})
    order by received_at
    limit ${filter.limit}`

/** One update with what Telegram sent, as far as it is kept. @throws AppError not_found */
export const getUpdate = async (
  sql: Queryable,
  updateId: number,
): Promise<StoredUpdate & { body: unknown }> => {
  const [row]: [(StoredUpdate & { body: unknown })?] = await sql`
    select update_id as "updateId", kind, telegram_id as "telegramId", state, attempts, last_error as "lastError",
      received_at as "receivedAt", body
    from telegram_updates where update_id = ${updateId}`
  if (!row) throw new AppError('not_found', { detail: `The inbox holds no update ${updateId}.` })
  return row
}

/** Takes a dead letter back into the inbox, as if it had never failed; the webhook then handles its next delivery. */
export const reviveUpdate = async (sql: Queryable, updateId: number): Promise<void> => {
  const rows = await sql`
    update telegram_updates set state = 'failed', attempts = 1, handled_at = null, claimed_until = now()
    where update_id = ${updateId} and state = 'dead'
    returning 1`
  if (rows.length === 0)
    throw new AppError('conflict', { detail: `The update ${updateId} is no dead letter.` })
}

/** Gives a dead letter up: what Telegram sent is dropped, its id stays against doubles. @throws AppError conflict */
export const discardUpdate = async (sql: Queryable, updateId: number): Promise<void> => {
  const rows = await sql`
    update telegram_updates set state = 'done', handled_at = now(), body = null
    where update_id = ${updateId} and state = 'dead'
    returning 1`
  if (rows.length === 0)
    throw new AppError('conflict', { detail: `The update ${updateId} is no dead letter.` })
}
