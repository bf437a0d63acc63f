import type { Sql, Tx } from './client.ts'
import { isConnectionLost, isRetryable } from './sqlstate.ts'

const MAX_TRIES = 4
const BASE_DELAY_MS = 10
/** A session that was ended fails at once; what takes longer is a database that is silent, and asking again would take as long once more. */
const AT_ONCE_MS = 500
/** The driver hears of a closed connection within moments of the query that failed on it. */
const CLOSE_GRACE_MS = 1_000

const waitMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
/** Does not keep a process alive: the transaction has usually ended long before. */
const waitIdleMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref())

/**
 * A transaction whose connection is lost must not touch it again: postgres.js writes to a socket that is null then, outside of every
 * promise, and the whole process ends (porsager/postgres#1208, open in 3.4.9). Two ways lead there, and both are closed here: a later query
 * of `work`, and the driver's own rollback after `work` has failed. The latter is not sent while `work` has not ended, so it never ends;
 * `begin` itself ends as soon as the driver hears of the close.
 */
const beginOnce = async <T>(sql: Sql, work: (tx: Tx) => Promise<T>, onStart: () => void): Promise<T> => {
  let isOver = false
  const begun = sql.begin(async (tx) => {
    onStart()
    const guarded = new Proxy(tx, {
      apply: (target, self, parameters) => {
        if (isOver) throw Object.assign(new Error('The connection was lost.'), { code: 'CONNECTION_CLOSED' })
        return Reflect.apply(target, self, parameters)
      },
    })
    try {
      return await work(guarded)
    } catch (error) {
      if (isConnectionLost(error)) await waitIdleMs(CLOSE_GRACE_MS)
      // ended without us: nobody waits for this any more, and rejecting would set off the rollback
      if (isOver) await new Promise<never>(() => undefined)
      throw error
    }
  })
  begun.catch(() => {
    isOver = true
  })
  return (await begun) as T
}

/**
 * Runs `work` in one transaction. Deadlocks and serialization failures are tried again at most 3 times with jitter; `work` must
 * therefore have no effect outside the transaction. So is a transaction that could not even begin: after a session was ended by the
 * server, postgres.js fails the first query of the new one with the old error.
 */
export const inTransaction = async <T>(sql: Sql, work: (tx: Tx) => Promise<T>): Promise<T> => {
  for (let tried = 1; ; tried += 1) {
    let hasStarted = false
    const since = performance.now()
    try {
      return await beginOnce(sql, work, () => {
        hasStarted = true
      })
    } catch (error) {
      const wasAtOnce = performance.now() - since < AT_ONCE_MS
      const isWorthIt = isRetryable(error) || (!hasStarted && wasAtOnce && isConnectionLost(error))
      if (!isWorthIt || tried === MAX_TRIES) throw error
      await waitMs(BASE_DELAY_MS * 2 ** tried * Math.random())
    }
  }
}
