import { z } from 'zod'
import { enqueueAlert } from '#shared/db/alerts.ts'
import { writeAudit } from '#shared/db/audit.ts'
import { checkLedger, type Drift } from '#shared/db/ledger-check.ts'
import type { ReconcileRun } from '#shared/db/reconcile-runs.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { ACTOR, hasTime, type Run } from './report.ts'

/** Kept for the report and the answer. */
const LEAVE_MS = 4_000
/** Beyond this something is wrong with the whole, and a list of it all helps nobody. */
const MOST_NAMED = 100

/** What is kept of a look at the ledger, in the run's report. */
export const LedgerReport = z.object({
  users: z.int(),
  coins: z.int(),
  held: z.int(),
  debt: z.int(),
  drift: z.int(),
  /** Wallets named in this look, and in the one before: a drift is told once while it lasts. */
  drifting: z.array(z.string()),
  before: z.array(z.string()),
  /** The wallet after which the next run goes on; null: all were looked at. */
  stoppedAfter: z.string().nullable(),
  /** Where the next run goes on with reading Telegram's book again. */
  rereadFrom: z.int().default(0),
})
export type LedgerReport = z.infer<typeof LedgerReport>

/** What the last look at the ledger has found, or undefined: never, or by a version that kept it in another way. */
export const ledgerReportOf = (run: ReconcileRun | undefined): LedgerReport | undefined =>
  LedgerReport.safeParse(run?.report?.ledger).data

const name = async (run: Run, drift: Drift): Promise<void> => {
  const { userId, ...figures } = drift
  const subject = `user:${userId}`
  await inTransaction(run.resources.sql, async (tx) => {
    await writeAudit(tx, { actor: ACTOR, action: 'ledger-drift', subject, details: figures })
    await enqueueAlert(tx, { kind: 'ledger-drift', subject, params: figures })
  })
  run.hasNews = true
}

const EMPTY = { users: 0, coins: 0, held: 0, debt: 0, drift: 0, drifting: [] as string[] }

/**
 * The ledger against the balances: goes on where the last look ran out of time (unless `fromStart`), and names each wallet that drifts once
 * while it lasts. Nothing is corrected: the cause matters more than the figure.
 * Undefined where no time was left for it: then it is due again in the next run.
 */
export const checkBooks = async (
  run: Run,
  last: LedgerReport | undefined,
  options: { fromStart: boolean },
): Promise<LedgerReport | undefined> => {
  if (!hasTime(run, LEAVE_MS)) return undefined
  const isContinued = !options.fromStart && last !== undefined && last.stoppedAfter !== null
  const soFar = isContinued ? last : EMPTY
  const before = isContinued
    ? last.before
    : [...new Set([...(last?.drifting ?? []), ...(last?.stoppedAfter ? last.before : [])])]
  const check = await checkLedger(run.resources.sql, {
    after: isContinued ? last.stoppedAfter : null,
    isTimeOver: () => !hasTime(run, LEAVE_MS),
  })
  const known = new Set([...before, ...soFar.drifting])
  const drifting = [...soFar.drifting]
  for (const drift of check.drift) {
    if (drifting.length >= MOST_NAMED) break
    if (!known.has(drift.userId)) await name(run, drift)
    drifting.push(drift.userId)
  }
  return {
    users: soFar.users + check.wallets,
    coins: soFar.coins + check.coins,
    held: soFar.held + check.held,
    debt: soFar.debt + check.debt,
    drift: soFar.drift + check.drift.length,
    drifting,
    before,
    stoppedAfter: check.stoppedAfter,
    rereadFrom: last?.rereadFrom ?? 0,
  }
}
