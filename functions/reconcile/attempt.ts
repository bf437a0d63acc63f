import { toPublicError } from '#shared/db/sqlstate.ts'
import type { Provider } from '#shared/domain/packs.ts'
import { upstreamFailed } from '#shared/errors.ts'
import { asProviderFailure, isDatabaseAway } from './failures.ts'
import { reconcileMetrics } from './metrics.ts'
import { type Part, type PartFailure, ProviderAway, type Run } from './report.ts'

const note = (run: Run, part: Part, error: unknown): void => {
  run.failures.push({ part, error })
  run.resources.log.error({ err: error, part }, 'a part of the run failed')
}

/** Does one part of a run; its failure is noted and keeps the others from nothing. A database that is away ends the run. */
export const attempt = async <T>(run: Run, part: Part, work: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await work()
  } catch (error) {
    if (isDatabaseAway(error)) throw error
    note(run, part, error)
    return undefined
  }
}

/** Does a part that compares with a provider, and counts what it found. */
export const compare = async <T>(
  run: Run,
  provider: Provider,
  work: () => Promise<T>,
): Promise<T | undefined> => {
  const { tally } = run
  const before = { ...tally }
  const metrics = reconcileMetrics(run.resources)
  try {
    return await work()
  } catch (error) {
    if (isDatabaseAway(error)) throw error
    run.incomplete.add(provider)
    metrics.failures.inc({ provider })
    note(run, provider, asProviderFailure(provider, error))
    return undefined
  } finally {
    metrics.credited.inc({ provider }, tally.credited - before.credited)
    metrics.reversed.inc({ provider }, tally.reversed - before.reversed)
  }
}

/** What the report keeps of failures; null where there are none. */
export const describeFailures = (failures: readonly PartFailure[]): string | null =>
  failures
    .map(({ part, error }) => {
      const message = error instanceof Error ? error.message : String(error)
      return error instanceof ProviderAway ? message : `${part}: ${message}`
    })
    .join('; ') || null

/** What the caller hears of failures: 502 naming the providers that are away, else the first one as it is. */
export const answerOf = (failures: readonly PartFailure[]): unknown => {
  const away = failures.map(({ error }) => error).filter((error) => error instanceof ProviderAway)
  if (away.length === 0) return toPublicError(failures[0]?.error)
  const names = [...new Set(away.map(({ provider }) => provider))].join(', ')
  return upstreamFailed(`Not compared, cannot be reached or answers nonsense: ${names}.`, away[0])
}
