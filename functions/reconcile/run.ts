import { z } from 'zod'
import { findLastBooks, finishRun, startRun } from '#shared/db/reconcile-runs.ts'
import { upstreamFailed } from '#shared/errors.ts'
import { type RouteContext, scheduledRoute } from '#shared/http/route.ts'
import { checkBooks, type LedgerReport, ledgerReportOf } from './books.ts'
import { asProviderFailure, isDatabaseAway } from './failures.ts'
import { reconcileMetrics } from './metrics.ts'
import { closeOrders, measureWaiting, settleStaleRefunds } from './pending.ts'
import type { ProviderAway, Run } from './report.ts'
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
})
type Answer = z.infer<typeof Answer>

const BOOKS_EVERY_MS = 60 * 60_000

type Context = RouteContext<undefined, unknown, unknown>

/** Does one provider's part; its failure is noted and keeps the others from nothing. A database that is away ends the run. */
const attempt = async (run: Run, failures: ProviderAway[], work: 'stars' | 'yookassa'): Promise<void> => {
  const { tally, resources } = run
  const before = { ...tally }
  const metrics = reconcileMetrics(resources)
  try {
    await (work === 'stars' ? reconcileStars(run) : reconcileYookassa(run))
  } catch (error) {
    if (isDatabaseAway(error)) throw error
    const failure = asProviderFailure(work, error)
    failures.push(failure)
    metrics.failures.inc({ provider: work })
    resources.log.error({ err: failure }, 'a provider could not be compared')
  } finally {
    metrics.credited.inc({ provider: work }, tally.credited - before.credited)
    metrics.reversed.inc({ provider: work }, tally.reversed - before.reversed)
  }
}

type Books = { last: LedgerReport | undefined; isDue: boolean; isScheduled: boolean }

/** The schedule looks at the books once an hour, or goes on with a look that ran out of time; whoever asks in person gets all of it. */
const planBooks = async ({ caller, resources, sql }: Context): Promise<Books> => {
  const isScheduled = caller.id === 'cron' || caller.id === resources.config.functionName
  const run = await findLastBooks(sql)
  const last = ledgerReportOf(run)
  const age = run ? resources.clock() - run.startedAt.getTime() : Number.POSITIVE_INFINITY
  const isFresh = last !== undefined && last.stoppedAfter === null && age < BOOKS_EVERY_MS
  return { last, isDue: !isScheduled || !isFresh, isScheduled }
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
  await attempt(run, failures, 'stars')
  await attempt(run, failures, 'yookassa')
  const ledger = books.isDue ? await lookAtBooks(run, books, failures) : books.last
  const unmatched = await measureWaiting(run)
  const answer: Answer = {
    payments: { ...run.tally, unmatched },
    ledger: { users: ledger?.users ?? 0, drift: ledger?.drift ?? 0 },
  }
  return { answer, ledger }
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
    const { answer, ledger } = await work(run, books, failures)
    const failure = failures.map(({ message }) => message).join('; ') || null
    const report = { payments: answer.payments, ...(books.isDue ? { ledger } : {}) }
    await finishRun(sql, runId, { report, failure })
    if (failure !== null) throw upstreamFailed(notCompared(failures), failures[0])
    const now = resources.clock() / 1000
    const { lastSuccess } = reconcileMetrics(resources)
    lastSuccess.set({ kind }, now)
    // a run of the books does what the other kind does as well
    lastSuccess.set({ kind: 'pending' }, now)
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
  `Not compared, the provider cannot be reached or answers nonsense: ${failures.map(({ provider }) => provider).join(', ')}.`

/** POST /: the providers' books against ours, the ledger against the balances (design 5.5). */
export const runReconcile = scheduledRoute({
  path: '/',
  summary:
    "Compares the providers' books with ours and the ledger with the balances; credits what was lost, reverses what was refunded",
  answers: { 200: Answer },
  // of-watchdog ends a call after 20 s: no run lasts longer
  leaseSeconds: 55,
  minIntervalSeconds: 300,
  // an operator who calls while the schedule's run is under way wants figures, not zeros
  waitMs: 5_000,
  busyAnswer: {
    payments: { checked: 0, credited: 0, reversed: 0, unmatched: 0 },
    ledger: { users: 0, drift: 0 },
  },
  run: async (context) => ({ status: 200, body: await reconcileAll(context) }),
})
