import type { Queryable, Tx } from './client.ts'

/** An erasure that waits for the end of its grace period. */
export type Deletion = { eraseAt: Date }

/** The deletion that waits, or null. */
export const findDeletion = async (sql: Queryable, userId: string): Promise<Deletion | null> => {
  const [row]: [Deletion?] = await sql`
    select erase_at as "eraseAt" from deletion_requests where user_id = ${userId} and undone_at is null`
  return row ?? null
}

/** Asks for the erasure in so many days; where one waits already, its day stays. For a transaction that has locked the person. */
export const requestDeletion = async (
  tx: Tx,
  { userId, graceDays, actor }: { userId: string; graceDays: number; actor: string },
): Promise<Deletion & { isNew: boolean }> => {
  const [row]: [Deletion?] = await tx`
    insert into deletion_requests (user_id, erase_at, actor)
    values (${userId}, now() + make_interval(days => ${graceDays}), ${actor})
    on conflict (user_id) where undone_at is null do nothing
    returning erase_at as "eraseAt"`
  if (row) return { ...row, isNew: true }
  const waiting = await findDeletion(tx, userId)
  if (!waiting) throw new Error('A deletion that waits is not there, under the lock of its person.')
  return { ...waiting, isNew: false }
}

/** Takes the request back; false where none waits. */
export const undoDeletion = async (tx: Tx, userId: string): Promise<boolean> => {
  const rows = await tx`
    update deletion_requests set undone_at = now(), updated_at = now()
    where user_id = ${userId} and undone_at is null returning 1`
  return rows.length === 1
}

/** People whose grace period is over. */
export const listDueDeletions = async (sql: Queryable, limit: number): Promise<string[]> => {
  const rows = await sql<{ userId: string }[]>`
    select user_id as "userId" from deletion_requests
    where undone_at is null and erase_at <= now() order by erase_at limit ${limit}`
  return rows.map(({ userId }) => userId)
}

/** Whether it is still wanted, and due: undone meanwhile it is not. For a transaction that has locked the person. */
export const isDeletionDue = async (tx: Tx, userId: string): Promise<boolean> => {
  const rows = await tx`
    select 1 from deletion_requests where user_id = ${userId} and undone_at is null and erase_at <= now()`
  return rows.length === 1
}

/** Takes those to be reminded of: a day before the end, of a grace period of more than two days. Each is given once. */
export const takeReminders = async (
  sql: Queryable,
  limit: number,
): Promise<{ userId: string; eraseAt: Date }[]> => sql<{ userId: string; eraseAt: Date }[]>`
  update deletion_requests set reminded_at = now(), updated_at = now()
  where id in (
    select id from deletion_requests
    where undone_at is null and reminded_at is null and erase_at <= now() + interval '1 day' and erase_at > now()
      and erase_at - created_at > interval '2 days'
    order by erase_at limit ${limit} for update skip locked
  )
  returning user_id as "userId", erase_at as "eraseAt"`
