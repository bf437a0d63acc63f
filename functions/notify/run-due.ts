import { z } from 'zod'
import { scheduledRoute } from '#shared/http/route.ts'
import { countFreeJobs, drain } from './drain.ts'

const Count = z.int().min(0)

/** POST /: called by the schedule each minute, and by functions that have just queued something. */
export const runDue = scheduledRoute({
  path: '/',
  summary: 'Does what is due: sends queued messages, removes objects that nothing refers to',
  answers: { 200: z.strictObject({ sent: Count, failed: Count, left: Count }) },
  leaseSeconds: 55,
  minIntervalSeconds: 60,
  busyAnswer: { sent: 0, failed: 0, left: 0 },
  run: async ({ resources, signal, afterCommit }) => {
    const { done, isStuck } = await drain(resources, signal)
    // A wake-up that came after the last look found the lease taken and went away; by now it is free, so whatever is due is called
    // for once more. The same call goes on with a backlog that was longer than the time.
    // Where nothing could be taken up, the schedule is soon enough: calling at once would go round in circles.
    afterCommit(async () => {
      if (!isStuck && (await countFreeJobs(resources)) > 0) resources.wake('notify')
    })
    return { status: 200, body: done }
  },
})
