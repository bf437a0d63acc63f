import { pruneSessions } from '#shared/db/cabinet-sessions.ts'
import { expireHolds } from '#shared/db/expired-holds.ts'
import { buryGivenUp, pruneKeys, pruneUpdates } from '#shared/db/prune.ts'
import { isLockTimeout } from '#shared/db/sqlstate.ts'
import type { Resources } from '#shared/http/resources.ts'
import { notifyMetrics } from './metrics.ts'

/** People whose holds are freed in one run; the rest in the next, and each at once when its person spends. */
const PEOPLE_PER_RUN = 200
/** Rows of each kind forgotten in one run: a minute's worth of 80 updates a second. */
const ROWS_PER_RUN = 5_000
const ROWS_AT_ONCE = 500

/** Frees what holds have reserved beyond their time. A failure is told, and keeps no message from being sent. */
export const sweepHolds = async ({ sql, log }: Resources): Promise<void> => {
  try {
    const people = await expireHolds(sql, PEOPLE_PER_RUN, (error, userId) => {
      const isBusy = isLockTimeout(error)
      log[isBusy ? 'warn' : 'error']({ err: error, userId }, 'could not free coins of holds of one person')
    })
    if (people > 0) log.info({ people }, 'freed coins of holds that ran out')
  } catch (error) {
    log.error({ err: error }, 'could not free coins of holds that ran out')
  }
}

/** Forgets old update ids and answers in small statements, while there is time. A failure is told and left to the next run. */
export const prune = async (resources: Resources, isTimeOver: () => boolean): Promise<void> => {
  const { sql, log } = resources
  const { pruned } = notifyMetrics(resources)
  try {
    const givenUp = await buryGivenUp(sql, ROWS_AT_ONCE)
    if (givenUp > 0) log.error({ updates: givenUp }, 'Telegram has given up updates that were not handled')
    for (const [table, work] of [
      ['telegram_updates', pruneUpdates],
      ['idempotency_keys', pruneKeys],
      ['cabinet_sessions', pruneSessions],
    ] as const) {
      for (let rows = 0; rows < ROWS_PER_RUN && !isTimeOver(); ) {
        const count = await work(sql, ROWS_AT_ONCE)
        pruned.inc({ table }, count)
        rows += count
        if (count < ROWS_AT_ONCE) break
      }
    }
  } catch (error) {
    log.warn({ err: error }, 'could not forget old rows')
  }
}
