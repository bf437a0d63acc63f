import type { Queryable } from './client.ts'

/** Writes who did what to whom. Append-only: the functions' role can neither change nor delete an entry. */
export const writeAudit = async (
  sql: Queryable,
  entry: { actor: string; action: string; subject?: string; details?: Record<string, unknown> },
): Promise<void> => {
  await sql`
    insert into audit_log (actor, action, subject, details)
    values (${entry.actor}, ${entry.action}, ${entry.subject ?? null}, ${sql.json((entry.details ?? {}) as never)})`
}
