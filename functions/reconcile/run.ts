import { z } from 'zod'
import { SEAL_PURPOSE, sealAudit } from '#shared/db/audit-seals.ts'
import {
  findLastReport,
  finishRun,
  type ReconcileRun,
  type RunKind,
  startRun,
} from '#shared/db/reconcile-runs.ts'
import { type RouteContext, scheduledRoute } from '#shared/http/route.ts'
import { answerOf, attempt, compare, describeFailures } from './attempt.ts'
import { checkBooks, type LedgerReport, ledgerReportOf } from './books.ts'
import { reconcileMetrics } from './metrics.ts'
import { checkObjects, ObjectsReport } from './objects.ts'
import { closeOrders, measureWaiting, settleStaleRefunds } from './pending.ts'
import { hasTime, type Run } from './report.ts'
import { reconcileStars, rereadStars } from './stars.ts'
import { reconcileYookassa } from './yookassa.ts'

const Count = z.int().min(0)
const Answer = z.strictObject({
  payments: z.strictObject({
    checked: Count,
    credited: Count,
    reversed: Count,
    /** Lines in which the books do not agree now, whenever they were found. */
    unmatched: Count,
  }),
  ledger: z.strictObject({ users: Count, drift: Count }),
  /** Objects removed since no row named them, and objects that rows name in vain; of the last look. */
  objects: z.strictObject({ orphans: Count, missing: Count }),
})
type Answer = z.infer<typeof Answer>

const BOOKS_EVERY_MS = 60 * 60_000

type Context = RouteContext<undefined, unknown, unknown>

type Books = {
  last: LedgerReport | undefined
  lastObjects: ObjectsReport | undefined
  isDue: boolean
  areObjectsDue: boolean
  isScheduled: boolean
}

/** The schedule looks at the books once an hour, or goes on with a look that ran out of time; whoever asks in person gets all of it. */
const planBooks = async ({ caller, resources, sql }: Context): Promise<Books> => {
  const isScheduled = caller.id === 'cron' || caller.id === resources.config.functionName
  const isFresh = (run: ReconcileRun | undefined): boolean =>
    run !== undefined && resources.clock() - run.startedAt.getTime() < BOOKS_EVERY_MS
  const ledgerRun = await findLastReport(sql, 'ledger')
  const last = ledgerReportOf(ledgerRun)
  const objectsRun = await findLastReport(sql, 'objects')
  const lastObjects = ObjectsReport.safeParse(objectsRun?.report?.objects).data
  const isLedgerFresh = last?.stoppedAfter === null && isFresh(ledgerRun)
  const areObjectsFresh = lastObjects?.stoppedAt === null && isFresh(objectsRun)
  return {
    last,
    lastObjects,
    isDue: !isScheduled || !isLedgerFresh,
    areObjectsDue: !isScheduled || !areObjectsFresh,
    isScheduled,
  }
}

const lookAtBooks = async (run: Run, books: Books): Promise<LedgerReport | undefined> => {
  const ledger = await attempt(run, 'books', () =>
    checkBooks(run, books.last, { fromStart: !books.isScheduled }),
  )
  if (!ledger) {
    run.incomplete.add('books')
    return undefined
  }
  reconcileMetrics(run.resources).driftWallets.set(ledger.drift)
  if (run.failures.some(({ part }) => part === 'stars')) return ledger
  const rereadFrom = await compare(run, 'stars', () => rereadStars(run, ledger.rereadFrom))
  return rereadFrom === undefined ? ledger : { ...ledger, rereadFrom }
}

/** Objects against their rows, where that is due; the store's failure is noted and keeps the rest from nothing. */
const lookAtObjects = (run: Run, books: Books): Promise<ObjectsReport | undefined> =>
  attempt(run, 'storage', async () => {
    try {
      return await checkObjects(run, books.lastObjects, { fromStart: !books.isScheduled })
    } catch (error) {
      reconcileMetrics(run.resources).failures.inc({ provider: 'storage' })
      throw error
    }
  })

/** Left of the run's time for its end. */
const LEAVE_MS = 1_500

/** What was written into the audit log since the last run can be changed by nobody without a trace from now on. */
const sealEntries = async (run: Run): Promise<void> => {
  const { sql, sign } = run.resources
  await sealAudit(
    sql,
    (text) => sign(SEAL_PURPOSE, text),
    () => !hasTime(run, LEAVE_MS),
  )
}

type Done = { answer: Answer; ledger: LedgerReport | undefined; objects: ObjectsReport | undefined }

const work = async (run: Run, books: Books): Promise<Done> => {
  await attempt(run, 'refunds', () => settleStaleRefunds(run))
  await attempt(run, 'orders', () => closeOrders(run))
  await compare(run, 'stars', () => reconcileStars(run))
  await compare(run, 'yookassa', () => reconcileYookassa(run))
  const ledger = books.isDue ? await lookAtBooks(run, books) : undefined
  const objects = books.areObjectsDue ? await lookAtObjects(run, books) : undefined
  await attempt(run, 'audit', () => sealEntries(run))
  const unmatched = await attempt(run, 'figures', () => measureWaiting(run))
  const { users = 0, drift = 0 } = ledger ?? books.last ?? {}
  const { orphans = 0, missing = 0 } = objects ?? books.lastObjects ?? {}
  const answer: Answer = {
    payments: { ...run.tally, unmatched: unmatched ?? 0 },
    ledger: { users, drift },
    objects: { orphans, missing },
  }
  return { answer, ledger, objects }
}

const reportOf = (run: Run, { answer, ledger, objects }: Done): Record<string, unknown> => ({
  payments: answer.payments,
  ...(run.incomplete.size > 0 ? { incomplete: true, incompleteParts: [...run.incomplete] } : {}),
  ...(ledger ? { ledger } : {}),
  ...(objects ? { objects } : {}),
})

/** Only a run that has read all of it is a success: what was not read may hide what was lost. */
const measureEnd = (run: Run, kind: RunKind): void => {
  const { lastSuccess, incomplete } = reconcileMetrics(run.resources)
  for (const part of ['stars', 'yookassa', 'books'] as const) {
    if (part !== 'books' || kind === 'books') incomplete.set({ part }, run.incomplete.has(part) ? 1 : 0)
  }
  const now = run.resources.clock() / 1000
  // money was compared also where the object store is away; a run of the books does what the other kind does as well
  if (run.incomplete.size > 0 || run.failures.some(({ part }) => part !== 'storage')) return
  lastSuccess.set({ kind: 'pending' }, now)
  if (run.failures.length === 0) lastSuccess.set({ kind }, now)
}

const reconcileAll = async (context: Context): Promise<Answer> => {
  const { resources, sql, caller, signal, remainingMs, afterCommit } = context
  const books = await planBooks(context)
  const kind = books.isDue ? 'books' : 'pending'
  const runId = await startRun(sql, kind, caller.id)
  const run: Run = {
    resources,
    signal,
    remainingMs,
    tally: { checked: 0, credited: 0, reversed: 0 },
    starsReadFrom: 0,
    hasNews: false,
    failures: [],
    incomplete: new Set(),
  }
  afterCommit(async () => {
    if (run.hasNews) resources.wake('notify')
  })
  let done: Done
  try {
    done = await work(run, books)
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error)
    await finishRun(sql, runId, { report: { payments: run.tally }, failure }).catch(() => undefined)
    throw error
  }
  const failure = describeFailures(run.failures)
  await finishRun(sql, runId, { report: reportOf(run, done), failure })
  measureEnd(run, kind)
  if (failure !== null) throw answerOf(run.failures)
  return done.answer
}

/** POST /: the providers' books against ours, the ledger against the balances, the objects against their rows (design 5.5, 6). */
export const runReconcile = scheduledRoute({
  path: '/',
  summary:
    "Compares the providers' books with ours, the ledger with the balances and the stored objects with their rows; credits what was lost, reverses what was refunded, removes objects that nothing names",
  answers: { 200: Answer },
  // of-watchdog ends a call after 20 s: no run lasts longer
  leaseSeconds: 55,
  minIntervalSeconds: 300,
  // an operator who calls while the schedule's run is under way wants figures, not zeros: after that, 409
  waitMs: 5_000,
  busyAnswer: {
    payments: { checked: 0, credited: 0, reversed: 0, unmatched: 0 },
    ledger: { users: 0, drift: 0 },
    objects: { orphans: 0, missing: 0 },
  },
  run: async (context) => ({ status: 200, body: await reconcileAll(context) }),
})
