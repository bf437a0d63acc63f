import type { Queryable, Sql } from './client.ts'

export type JobCounts = {
  /** Due and not being worked on. */
  ready: number
  /** Of these, what a worker could take now: no other job of the same queue is being worked on. */
  free: number
  /** Failed as often as allowed; somebody has to look. */
  dead: number
}

/**
 * How many jobs of these tasks there are; others belong to a newer version of the code. Each job is looked at once, without a join: of so lively a
 * table the planner's statistics are often wrong, and it has once read all jobs again for each queue, so that a backlog could not be
 * counted within the time of a statement, nor worked off. Hence graphile-worker's tables and not its view, which joins them.
 */
export const countJobs = async (sql: Queryable, tasks: readonly string[]): Promise<JobCounts> => {
  const [row]: [JobCounts?] = await sql`
    select
      count(*) filter (where is_waiting) as ready,
      count(*) filter (where is_waiting and (job_queue_id is null or job_queue_id <> all (array(
        select job_queue_id from graphile_worker._private_jobs where locked_at is not null and job_queue_id is not null
      )))) as free,
      count(*) filter (where is_dead) as dead
    from (
      select job_queue_id, locked_at is null and attempts < max_attempts and run_at <= now() as is_waiting,
        locked_at is null and attempts >= max_attempts as is_dead
      from graphile_worker._private_jobs
      where task_id = any (array(select id from graphile_worker._private_tasks where identifier in ${sql(tasks)}))
    ) known`
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
