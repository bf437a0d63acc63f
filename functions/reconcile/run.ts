import { z } from 'zod'
import { findLastReport, finishRun, type ReconcileRun, startRun } from '#shared/db/reconcile-runs.ts'
import { upstreamFailed } from '#shared/errors.ts'
import { type RouteContext, scheduledRoute } from '#shared/http/route.ts'
import { checkBooks, type LedgerReport, ledgerReportOf } from './books.ts'
import { asProviderFailure, isDatabaseAway } from './failures.ts'
import { reconcileMetrics } from './metrics.ts'
import { checkObjects, ObjectsReport } from './objects.ts'
import { closeOrders, measureWaiting, settleStaleRefunds } from './pending.ts'
import type { Compared, ProviderAway, Run } from './report.ts'
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

/** Does one part; its failure is noted and keeps the others from nothing. A database that is away ends the run. */
const attempt = async <T>(
  run: Run,
  failures: ProviderAway[],
  part: Compared,
  work: () => Promise<T>,
): Promise<T | undefined> => {
  try {
    return await work()
  } catch (error) {
    if (isDatabaseAway(error)) throw error
    const failure = asProviderFailure(part, error)
    failures.push(failure)
    reconcileMetrics(run.resources).failures.inc({ provider: part })
    run.resources.log.error({ err: failure }, 'a part could not be compared')
    return undefined
  }
}

const attemptProvider = async (run: Run, failures: ProviderAway[], part: 'stars' | 'yookassa') => {
  const { tally } = run
  const before = { ...tally }
  const metrics = reconcileMetrics(run.resources)
  try {
    await attempt(run, failures, part, () =>
      part === 'stars' ? reconcileStars(run) : reconcileYookassa(run),
    )
  } finally {
    metrics.credited.inc({ provider: part }, tally.credited - before.credited)
    metrics.reversed.inc({ provider: part }, tally.reversed - before.reversed)
  }
}

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

const lookAtBooks = async (
  run: Run,
  books: Books,
  failures: readonly ProviderAway[],
): Promise<LedgerReport> => {
  const ledger = await checkBooks(run, books.last, { fromStart: !books.isScheduled })
  reconcileMetrics(run.resources).driftWallets.set(ledger.drift)
  if (failures.some(({ provider }) => provider === 'stars')) return ledger
  return { ...ledger, rereadFrom: await rereadStars(run, ledger.rereadFrom) }
}

const work = async (run: Run, books: Books, failures: ProviderAway[]) => {
  await settleStaleRefunds(run)
  await closeOrders(run)
  await attemptProvider(run, failures, 'stars')
  await attemptProvider(run, failures, 'yookassa')
  const ledger = books.isDue ? await lookAtBooks(run, books, failures) : books.last
  const lookAtObjects = () => checkObjects(run, books.lastObjects, { fromStart: !books.isScheduled })
  const newObjects = books.areObjectsDue ? await attempt(run, failures, 'storage', lookAtObjects) : undefined
  const objects = newObjects ?? books.lastObjects
  const unmatched = await measureWaiting(run)
  const answer: Answer = {
    payments: { ...run.tally, unmatched },
    ledger: { users: ledger?.users ?? 0, drift: ledger?.drift ?? 0 },
    objects: { orphans: objects?.orphans ?? 0, missing: objects?.missing ?? 0 },
  }
  const report = {
    payments: answer.payments,
    ...(books.isDue ? { ledger } : {}),
    ...(newObjects ? { objects: newObjects } : {}),
  }
  return { answer, report }
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
  }
  const failures: ProviderAway[] = []
  afterCommit(async () => {
    if (run.hasNews) resources.wake('notify')
  })
  try {
    const { answer, report } = await work(run, books, failures)
    const failure = failures.map(({ message }) => message).join('; ') || null
    await finishRun(sql, runId, { report, failure })
    const now = resources.clock() / 1000
    const { lastSuccess } = reconcileMetrics(resources)
    // A run of the books does what the other kind does as well; and money was compared also where the object store is away.
    if (failures.every(({ provider }) => provider === 'storage')) lastSuccess.set({ kind: 'pending' }, now)
    if (failure !== null) throw upstreamFailed(notCompared(failures), failures[0])
    lastSuccess.set({ kind }, now)
    return answer
  } catch (error) {
    if (failures.length === 0) {
      const failure = error instanceof Error ? error.message : String(error)
      await finishRun(sql, runId, { report: { payments: run.tally }, failure }).catch(() => undefined)
    }
    throw error
  }
}

const notCompared = (failures: readonly ProviderAway[]): string =>
  `Not compared, cannot be reached or answers nonsense: ${failures.map(({ provider }) => provider).join(', ')}.`

/** POST /: the providers' books against ours, the ledger against the balances, the objects against their rows (design 5.5, 6). */
export const runReconcile = scheduledRoute({
  path: '/',
  summary:
    "Compares the providers' books with ours, the ledger with the balances and the stored objects with their rows; credits what was lost, reverses what was refunded, removes objects that nothing names",
  answers: { 200: Answer },
  // of-watchdog ends a call after 20 s: no run lasts longer
  leaseSeconds: 55,
  minIntervalSeconds: 300,
  // an operator who calls while the schedule's run is under way wants figures, not zeros
  waitMs: 5_000,
  busyAnswer: {
    payments: { checked: 0, credited: 0, reversed: 0, unmatched: 0 },
    ledger: { users: 0, drift: 0 },
    objects: { orphans: 0, missing: 0 },
  },
  run: async (context) => ({ status: 200, body: await reconcileAll(context) }),
})
