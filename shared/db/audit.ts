import type { Queryable, Tx } from './client.ts'

/** Writes who did what to whom. Append-only: the functions' role can neither change nor delete an entry. */
export const writeAudit = async (
  sql: Queryable,
  entry: { actor: string; action: string; subject?: string; details?: Record<string, unknown> },
): Promise<void> => {
  await sql`
    insert into audit_log (actor, action, subject, details)
    values (${entry.actor}, ${entry.action}, ${entry.subject ?? null}, ${sql.json((entry.details ?? {}) as never)})`
}

/** Writes an entry unless there is one of this action about this subject: for what is noticed again and again. False where there was. */
export const writeAuditOnce = async (
  tx: Tx,
  entry: { actor: string; action: string; subject: string; details?: Record<string, unknown> },
): Promise<boolean> => {
  // two that notice it at the same time would both find nothing
  await tx`select pg_advisory_xact_lock(hashtextextended(${`audit:${entry.action}:${entry.subject}`}, 0))`
  const known = await tx`
    select 1 from audit_log where subject = ${entry.subject} and action = ${entry.action} limit 1`
  if (known.length > 0) return false
  await writeAudit(tx, entry)
  return true
}
