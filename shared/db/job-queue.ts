import type { Sql } from './client.ts'

export type JobCounts = {
  /** Due and not being worked on. */
  ready: number
  /** Of these, what a worker could take now: no other job of the same queue is being worked on. */
  free: number
  /** Failed as often as allowed; somebody has to look. */
  dead: number
}

/** How many jobs of these tasks there are; others belong to a newer version of the code. */
export const countJobs = async (sql: Sql, tasks: readonly string[]): Promise<JobCounts> => {
  const [row]: [JobCounts?] = await sql`
    with known as (
      select queue_name, attempts >= max_attempts as is_dead, run_at <= now() as is_due, locked_at is not null as is_locked
      from graphile_worker.jobs where task_identifier in ${sql(tasks)}
    ), busy as (
      select distinct queue_name from graphile_worker.jobs where locked_at is not null and queue_name is not null
    )
    select
      count(*) filter (where is_due and not is_dead and not is_locked) as ready,
      count(*) filter (where is_due and not is_dead and not is_locked and busy.queue_name is null) as free,
      count(*) filter (where is_dead and not is_locked) as dead
    from known left join busy using (queue_name)`
  return row ?? { ready: 0, free: 0, dead: 0 }
}

/**
 * Milliseconds until the next job becomes due that waits for its turn (a pause that Telegram asked for, a chat's next second); null where
 * none does. One that has failed is not among them: it takes its time.
 */
export const nextDueInMs = async (sql: Sql, tasks: readonly string[]): Promise<number | null> => {
  const [row]: [{ ms: number | null }?] = await sql`
    select ceil(1000 * extract(epoch from min(run_at) - now()))::bigint as ms
    from graphile_worker.jobs
    where task_identifier in ${sql(tasks)} and attempts = 0 and locked_at is null and run_at > now()`
  return row?.ms ?? null
}

/**
 * Frees jobs (and their queues) that a worker took more than `seconds` ago. Only for the holder of a lease that lets no second worker run:
 * then their worker is dead. graphile-worker itself waits four hours, far too long for a receipt. The attempt counts, so that a
 * job that kills its worker ends as well.
 */
export const freeAbandonedJobs = async (sql: Sql, seconds: number): Promise<void> => {
  await sql`
    select graphile_worker.force_unlock_workers(array_agg(distinct locked_by))
    from graphile_worker.jobs
    where locked_at < now() - make_interval(secs => ${seconds})
    having count(*) > 0`
}

/** A job to be tried again at a time of our own choosing. */
export type Postponement = {
  jobId: string
  seconds: number
  /** How many attempts count as used. */
  attempts: number
}

/** Sets when jobs are due again, and takes back the attempt that was none. */
export const postponeJobs = async (sql: Sql, postponements: Iterable<Postponement>): Promise<void> => {
  const wanted = [...postponements]
  if (wanted.length === 0) return
  await sql`
    select moved.id
    from jsonb_to_recordset(${sql.json(wanted)}::jsonb)
        as wanted("jobId" bigint, seconds double precision, attempts integer),
      lateral graphile_worker.reschedule_jobs(
        array[wanted."jobId"],
        run_at => now() + make_interval(secs => wanted.seconds),
        attempts => wanted.attempts
      ) as moved`
}
