import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { hasDueRecordings, listGivenUp, takeUntold } from '#shared/db/recordings.ts'
import { findUser } from '#shared/db/users.ts'
import type { Resources } from '#shared/http/resources.ts'
import { scheduledRoute } from '#shared/http/route.ts'
import { measureOpen } from './metrics.ts'
import { tellOf } from './recognise.ts'
import { recogniserOf, type Tally } from './recogniser.ts'
import { failAndRelease } from './settle-recording.ts'

const Count = z.int().min(0)

/** So long a call stays with the work; what is not done by then goes on without it. */
const BUDGET_MS = 5_000
/** A wake-up that comes while this call has the lease goes away: so often it is looked for what it was about. */
const LOOK_EVERY_MS = 250
const GIVEN_UP_PER_RUN = 100
const TOLD_PER_RUN = 20

/** Frees the coins of recordings that nobody will work on any more: their workers died, or their time is over. */
const giveUp = async (resources: Resources): Promise<void> => {
  for (const { isTooLate, userId, ...recording } of await listGivenUp(resources.sql, GIVEN_UP_PER_RUN)) {
    const user = await findUser(resources.sql, { userId })
    const reason = isTooLate ? 'too-late' : 'interrupted'
    await failAndRelease(resources, { recording, user }, { holder: null, reason })
  }
}

/** Tells of ends that did not reach the chat, or whose worker died before it could tell. */
const tellLate = async (resources: Resources, signal: AbortSignal): Promise<void> => {
  for (const recording of await takeUntold(resources.sql, TOLD_PER_RUN)) {
    const user = await findUser(resources.sql, { userId: recording.userId })
    if (!user || signal.aborted) continue
    await tellOf(resources, user, recording, signal).catch((error: unknown) =>
      resources.log.warn({ err: error, recordingId: recording.id }, 'the end of a recording is told later'),
    )
  }
}

const since = (before: Tally, after: Tally): Tally => ({
  done: after.done - before.done,
  failed: after.failed - before.failed,
})

/** Called by the schedule each minute, and by whoever has just written a recording down. */
export const runRecordings = scheduledRoute({
  path: '/recordings/run',
  summary: 'Works on recordings that wait: also what `POST /` without a body and a key does',
  answers: { 200: z.strictObject({ done: Count, failed: Count, isAllDone: z.boolean() }) },
  leaseSeconds: 15,
  minIntervalSeconds: 55,
  busyAnswer: { done: 0, failed: 0, isAllDone: false },
  run: async ({ resources, signal, afterCommit }) => {
    const { sql } = resources
    const recogniser = recogniserOf(resources)
    const before = recogniser.tally()
    await giveUp(resources)
    recogniser.begin()
    await tellLate(resources, signal)
    const endsAt = performance.now() + BUDGET_MS
    let isAllDone = false
    while (!isAllDone && performance.now() < endsAt && !signal.aborted) {
      if (recogniser.hasRoom() && (await hasDueRecordings(sql))) recogniser.begin()
      const idle = recogniser.idle().then(() => true)
      isAllDone = await Promise.race([idle, sleep(LOOK_EVERY_MS, false)])
    }
    await giveUp(resources)
    await measureOpen(resources)
    // whoever woke us in vain during the last look is called for
    afterCommit(async () => {
      if (recogniser.hasRoom() && (await hasDueRecordings(sql))) resources.wake(resources.config.functionName)
    })
    return { status: 200, body: { ...since(before, recogniser.tally()), isAllDone } }
  },
})
