import { setTimeout as sleep } from 'node:timers/promises'
import type { Queryable } from '#shared/db/client.ts'

/** Called between small pieces of work; gives a rest to wait for where one is due. */
export type Pace = () => Promise<void> | undefined

/** No rests: for whoever waits for the end. */
export const unpaced: Pace = () => undefined

/** Short enough that a call which comes meanwhile hardly notices. */
const SPELL_MS = 1
/** On a busy machine a piece takes long because it waits itself. */
const LONGEST_REST_MS = 50

type Timing = { now?: () => number; rest?: (ms: number) => Promise<unknown> }

/** Works in short spells for `share` of the time, and rests between them: others on the machine get their turn at once. */
export const createPace = (
  share: number,
  { now = () => performance.now(), rest = sleep }: Timing = {},
): Pace => {
  if (share >= 1) return unpaced
  let since = now()
  return () => {
    const worked = now() - since
    if (worked < SPELL_MS) return undefined
    const resting = async (): Promise<void> => {
      await rest(Math.min(LONGEST_REST_MS, worked * (1 / share - 1)))
      since = now()
    }
    return resting()
  }
}

/** What one core does in a second, with room to spare. */
const BYTES_PER_SECOND = 30_000_000
/**
 * On two cores with 40 updates/s the dispatcher waited 30 ms of each second for a processor without a backup, 66 beside one at a quarter, and
 * 40 at a tenth in spells of 1 ms (/proc/<pid>/task/<tid>/schedstat); of four runs of the bench at a tenth, one was above the 1.30 of p99 that
 * is aimed at. A lower priority of the process (nice 10 or 19) changed nothing.
 */
const GENTLE_SHARE = 0.05
/** A large database may not make one backup run into the next. */
const LONGEST_SECONDS = 900

/** Is read within a second: rests would only make it last. */
const SMALL_BYTES = 20_000_000

/** The share of the time in which a database of so many bytes is read: a twentieth, or more where that would take too long. */
export const shareFor = (bytes: number): number =>
  bytes < SMALL_BYTES ? 1 : Math.min(1, Math.max(GENTLE_SHARE, bytes / BYTES_PER_SECOND / LONGEST_SECONDS))

/** The pace of a backup beside a bot that serves people. */
export const gentlePace = async (sql: Queryable): Promise<Pace> => {
  const [row] = await sql<[{ bytes: number }]>`select pg_database_size(current_database()) as bytes`
  return createPace(shareFor(row.bytes))
}
