import type { Sql, Tx } from './client.ts'
import { isRetryable } from './sqlstate.ts'

const MAX_TRIES = 4
const BASE_DELAY_MS = 10

const waitMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Runs `work` in one transaction. Deadlocks and serialization failures are tried again at most 3 times with jitter; `work` must
 * therefore have no effect outside the transaction.
 */
export const inTransaction = async <T>(sql: Sql, work: (tx: Tx) => Promise<T>): Promise<T> => {
  for (let tried = 1; ; tried += 1) {
    try {
      return (await sql.begin(work)) as T
    } catch (error) {
      if (!isRetryable(error) || tried === MAX_TRIES) throw error
      await waitMs(BASE_DELAY_MS * 2 ** tried * Math.random())
    }
  }
}
