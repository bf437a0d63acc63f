import { z } from 'zod'
import { scheduledRoute } from '#shared/http/route.ts'
import { drain, hasWorkSoon } from './drain.ts'
import { prune, sweepHolds } from './tidy.ts'
import { lookAround } from './watch.ts'

const Count = z.int().min(0)

/** Forgetting old rows may wait: it stops where less of the time than this is left. */
const LEAVE_MS = 8_000

/** POST /: called by the schedule each minute, and by functions that have just queued something. */
export const runDue = scheduledRoute({
  path: '/',
  summary:
    'Does what is due: sends queued messages, frees holds that ran out, removes what nothing refers to any more',
  answers: { 200: z.strictObject({ sent: Count, failed: Count, left: Count }) },
  leaseSeconds: 55,
  minIntervalSeconds: 60,
  busyAnswer: { sent: 0, failed: 0, left: 0 },
  run: async ({ resources, caller, signal, remainingMs, afterCommit }) => {
    // the debt that freed coins pay, and whoever waits for them, come before messages
    await sweepHolds(resources)
    const { done, isStuck } = await drain(resources, signal)
    // A wake-up that came after the last look found the lease taken and went away; by now it is free, so whatever is due is called
    // for once more. The same call goes on with a backlog that was longer than the time, and with messages that wait for their turn.
    // Where nothing could be taken up, the schedule is soon enough: calling at once would go round in circles.
    afterCommit(async () => {
      if (!isStuck && (await hasWorkSoon(resources))) resources.wake('notify')
    })
    // a wake-up by another function is about its message: only the schedule, and who asks in person, tidies up
    const isWakeUp = caller.internal && caller.id !== 'cron' && caller.id !== resources.config.functionName
    if (!isWakeUp) {
      await prune(resources, () => signal.aborted || remainingMs() < LEAVE_MS)
      await lookAround(resources)
    }
    return { status: 200, body: done }
  },
})
