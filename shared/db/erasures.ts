import type { Queryable, Sql } from './client.ts'

/** An erasure that has something left to do: objects, late rows, the copies in the backups. */
export type OpenErasure = { userId: string; passes: number; isToldToBackups: boolean }

/** A call that was under way when the rows went has ended by then. */
const SECOND_PASS_SECONDS = 20
/** While the backups cannot be told, a day of trying, later each time; the hourly backup takes the erasure over as well. */
const MOST_PASSES = 60

/**
 * Takes erasures that are due, so that no other worker is at them; each comes back unless `endErasure` says that it is done. `userId`: only
 * this one, due or not.
 */
export const takeErasures = async (
  sql: Sql,
  { limit, userId }: { limit: number; userId?: string },
): Promise<OpenErasure[]> => sql<OpenErasure[]>`
  update erasures set passes = passes + 1,
    due_at = now() + make_interval(secs => case when passes = 0 then ${SECOND_PASS_SECONDS} else least(60 * passes, 1800) end)
  where user_id in (
    select user_id from erasures
    where done_at is null and (due_at <= now() or user_id = ${userId ?? null}::uuid)
      and (${userId ?? null}::uuid is null or user_id = ${userId ?? null}::uuid)
    order by due_at limit ${limit} for update skip locked
  )
  returning user_id as "userId", passes, backups_told_at is not null as "isToldToBackups"`

export const markBackupsTold = async (sql: Queryable, userId: string): Promise<void> => {
  await sql`update erasures set backups_told_at = now() where user_id = ${userId}`
}

/** Done after the second pass, once the backups know; or when it was tried often enough. */
export const endErasure = async (sql: Queryable, userId: string): Promise<void> => {
  await sql`
    update erasures set done_at = now()
    where user_id = ${userId} and done_at is null and passes >= 2 and (backups_told_at is not null or passes >= ${MOST_PASSES})`
}

/** Erasures that are not done. */
export const countOpenErasures = async (sql: Queryable): Promise<number> => {
  const [row]: [{ count: number }?] = await sql`select count(*) from erasures where done_at is null`
  return row?.count ?? 0
}
