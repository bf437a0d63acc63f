import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { hasDueExports, pruneExports } from '#shared/db/exports.ts'
import { scheduledRoute } from '#shared/http/route.ts'
import { runDeletions } from './due-deletions.ts'
import { exporterOf } from './exporter.ts'
import { runErasures } from './finish-erasure.ts'
import { measureOpen } from './metrics.ts'

const Count = z.int().min(0)

/** So long a call stays with exports; what is not done by then goes on without it. */
const BUDGET_MS = 3_000

/** POST /: called by the schedule each minute. */
export const runDue = scheduledRoute({
  path: '/',
  summary: 'Erases whoever is due, finishes erasures, and works on exports that wait',
  answers: { 200: z.strictObject({ erased: Count, isAllDone: z.boolean() }) },
  leaseSeconds: 30,
  minIntervalSeconds: 55,
  busyAnswer: { erased: 0, isAllDone: false },
  run: async ({ resources, signal }) => {
    const exporter = exporterOf(resources)
    exporter.begin()
    const erased = await runDeletions(resources, signal)
    await runErasures(resources)
    await pruneExports(resources.sql)
    const idle = exporter.idle().then(() => true)
    const isIdle = await Promise.race([idle, sleep(BUDGET_MS, false)])
    // one that came while the last worker was ending is taken up by the next run
    const isAllDone = isIdle && !(await hasDueExports(resources.sql))
    await measureOpen(resources)
    return { status: 200, body: { erased, isAllDone } }
  },
})
