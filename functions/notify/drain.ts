import { setTimeout as sleep } from 'node:timers/promises'
import { ALERT_TASK } from '#shared/db/alerts.ts'
import { countJobs, freeAbandonedJobs, nextDueInMs, postponeJobs } from '#shared/db/job-queue.ts'
import { createJobRunner, type JobRunner, type JobTask } from '#shared/db/job-runner.ts'
import { NOTICE_TASK, REPLY_TASK } from '#shared/db/jobs.ts'
import { DELETE_OBJECTS_TASK, DeleteObjectsPayload } from '#shared/db/object-jobs.ts'
import type { Resources } from '#shared/http/resources.ts'
import { createSender } from '#shared/telegram/sender.ts'
import { alertOperators } from './alert-operators.ts'
import { notifyMetrics } from './metrics.ts'
import { sendNotice } from './send-notice.ts'
import { sendReply } from './send-reply.ts'
import type { Tally } from './settle-outcome.ts'

/** What `POST /` is about. */
const TASKS = [NOTICE_TASK, REPLY_TASK, ALERT_TASK, DELETE_OBJECTS_TASK] as const

/** Time for taking up jobs; those under way are then finished, each bounded by the pacer's wait and the outside's timeouts. */
const BUDGET_MS = 5_000
/** Sends under way at a time; 25 messages a second need no more. */
const CONCURRENCY = 8
/** A message waits for its turn this long (a chat's next one comes after 1 s), then others go first. */
const MAX_PACING_WAIT_MS = 1_500
/** While a message waits for its turn, others may come: they are looked for so often. */
const LOOK_EVERY_MS = 250
/** Above the lease: whoever took a job before that is dead. */
const ABANDONED_AFTER_SECONDS = 60

const runners = new WeakMap<Resources, JobRunner>()

const runnerOf = (resources: Resources): JobRunner => {
  const known = runners.get(resources)
  if (known) return known
  const { config, log } = resources
  const runner = createJobRunner({
    url: config.databaseUrl ?? '',
    applicationName: `kopeika-${config.functionName}-worker`,
    concurrency: CONCURRENCY,
    onFailure: (error, job) => {
      if (job.isLastAttempt) log.error({ err: error, job }, 'a job has failed for good: see docs/operations')
      else log.warn({ err: error, job }, 'a job has failed and will be tried again')
    },
    onLog: (level, message) => log[level]({ message }, 'worker'),
  })
  runners.set(resources, runner)
  return runner
}

const tasksOf = (resources: Resources, tally: Tally): Record<(typeof TASKS)[number], JobTask> => {
  const sender = createSender({
    api: resources.telegram,
    pacer: resources.pacer,
    maxWaitMs: MAX_PACING_WAIT_MS,
  })
  return {
    [NOTICE_TASK]: (payload) => sendNotice({ resources, sender, tally }, payload),
    [REPLY_TASK]: (payload) => sendReply({ resources, sender, tally }, payload),
    [ALERT_TASK]: (payload) => alertOperators({ resources, sender }, payload),
    [DELETE_OBJECTS_TASK]: async (payload) => {
      const { bucket, keys } = DeleteObjectsPayload.parse(payload)
      await resources.storage.remove(bucket, keys)
    },
  }
}

/** Whether another run now would find something to do: at once, or within its own time. */
export const hasWorkSoon = async (resources: Resources): Promise<boolean> => {
  const { free } = await countJobs(resources.sql, TASKS)
  if (free > 0) return true
  const nextMs = await nextDueInMs(resources.sql, TASKS)
  return nextMs !== null && nextMs < BUDGET_MS
}

/**
 * Works off what is due, in passes: what becomes due during one is found by the next, until a look finds nothing, a pass gets nothing
 * done (it is stuck: something is wrong), or the time is over. A message that waits for its turn in a chat (1 a second) is due again in a
 * moment: that moment is waited for, since the schedule would be a minute. The caller holds the lease, so no second drain runs.
 */
export const drain = async (
  resources: Resources,
  signal: AbortSignal,
): Promise<{ done: Tally & { left: number }; isStuck: boolean }> => {
  const { sql } = resources
  const tally: Tally = { sent: 0, failed: 0 }
  const tasks = tasksOf(resources, tally)
  const endsAt = performance.now() + BUDGET_MS
  await freeAbandonedJobs(sql, ABANDONED_AFTER_SECONDS)
  let counts = await countJobs(sql, TASKS)
  let isStuck = false
  while (performance.now() < endsAt && !signal.aborted) {
    if (counts.free === 0) {
      const nextMs = await nextDueInMs(sql, TASKS)
      if (nextMs === null || performance.now() + nextMs > endsAt) break
      await sleep(Math.min(nextMs, LOOK_EVERY_MS))
      counts = await countJobs(sql, TASKS)
      continue
    }
    const budgetMs = endsAt - performance.now()
    const { handled, failed, postponed } = await runnerOf(resources).run(tasks, {
      budgetMs,
      workers: counts.free,
      signal,
    })
    tally.failed += failed
    await postponeJobs(sql, postponed.values())
    counts = await countJobs(sql, TASKS)
    isStuck = handled === 0 && performance.now() < endsAt
    if (isStuck) break
  }
  const metrics = notifyMetrics(resources)
  metrics.ready.set(counts.ready)
  metrics.dead.set(counts.dead)
  return { done: { ...tally, left: counts.ready }, isStuck }
}
