import type { Queryable } from './client.ts'

/** `pending`: providers against our payments. `books`: that, and the ledger against the balances. */
export type RunKind = 'pending' | 'books'

export type ReconcileRun = {
  id: number
  kind: RunKind
  actor: string
  startedAt: Date
  finishedAt: Date | null
  report: Record<string, unknown> | null
  failure: string | null
}

const MAX_FAILURE_LENGTH = 1_000

/** Notes that a run begins; one that stays unfinished has died. */
export const startRun = async (sql: Queryable, kind: RunKind, actor: string): Promise<number> => {
  const [row]: [{ id: number }?] = await sql`
    insert into reconcile_runs (kind, actor) values (${kind}, ${actor}) returning id`
  if (!row) throw new Error('An insert returned no row.')
  return row.id
}

/** Notes what a run has done, and what it could not do. */
export const finishRun = async (
  sql: Queryable,
  id: number,
  outcome: { report: Record<string, unknown>; failure: string | null },
): Promise<void> => {
  await sql`
    update reconcile_runs set finished_at = now(), report = ${sql.json(outcome.report as never)},
      failure = ${outcome.failure?.slice(0, MAX_FAILURE_LENGTH) || null}
    where id = ${id}`
}

/** The last runs, newest first; of one kind, or of both. */
export const listRuns = async (
  sql: Queryable,
  options: { kind?: RunKind; limit: number },
): Promise<ReconcileRun[]> =>
  sql<ReconcileRun[]>`
    select id, kind, actor, started_at as "startedAt", finished_at as "finishedAt", report, failure
    from reconcile_runs
    where ${options.kind ?? null}::text is null or kind = ${options.kind ?? null}
    order by id desc limit ${options.limit}`

/** Parts of a run's report that a later run goes on from. */
export type ReportPart = 'ledger' | 'objects'

/** The last run that looked at this part, or undefined. */
export const findLastReport = async (sql: Queryable, part: ReportPart): Promise<ReconcileRun | undefined> => {
  const [row]: [ReconcileRun?] = await sql`
    select id, kind, actor, started_at as "startedAt", finished_at as "finishedAt", report, failure
    from reconcile_runs where report ? ${part}
    order by id desc limit 1`
  return row
}
