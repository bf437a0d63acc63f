import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from 'postgres'

/** Numbers of the session locks that this product takes; they only have to differ from each other. */
export const LOCKS = { migrate: 4_846_001, prepare: 4_846_002, restore: 4_846_003 } as const

export type AdvisoryLock = { key: number; waitMs: number }

const POLL_MS = 50

/**
 * Runs `work` while this connection (a client with exactly one) holds a session advisory lock. Asks again and again instead of waiting inside
 * PostgreSQL: a session that waits in `pg_advisory_lock` keeps a snapshot open, and `create index concurrently` of
 * the lock's holder would wait for that snapshot for ever.
 * @throws Error when the lock is not free within `waitMs`.
 */
export async function withAdvisoryLock<T>(
  connection: Sql,
  { key, waitMs }: AdvisoryLock,
  work: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + waitMs
  while (!(await tryLock(connection, key))) {
    if (performance.now() > deadline) {
      throw new Error(
        `Somebody else has been preparing this database for over ${Math.round(waitMs / 1000)} s ` +
          `(advisory lock ${key}, see pg_locks). Wait until they are done, or end their session.`,
      )
    }
    await sleep(POLL_MS)
  }
  try {
    return await work()
  } finally {
    // where the connection broke, the lock is gone with it, and the work's own error is the one to show
    await connection`select pg_advisory_unlock(${key}::bigint)`.catch(() => undefined)
  }
}

async function tryLock(connection: Sql, key: number): Promise<boolean> {
  const [row] = await connection<[{ locked: boolean }]>`select pg_try_advisory_lock(${key}::bigint) as locked`
  return row.locked
}
