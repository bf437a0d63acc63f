import type { Queryable } from './client.ts'

/**
 * Something that a person must be told later. Written in the transaction of its cause, so there is one for each committed
 * event and none for a rolled back one; `notify` renders the words in the person's language when it sends.
 */
export type Notice = {
  userId: string
  kind: NoticeKind
  /** JSON values that the text of this kind needs. */
  params: Record<string, string | number | boolean | null>
}

/** Every kind of message that `notify` can send; each has its words in both languages. */
export const NOTICE_KINDS = [
  'payment-credited',
  'payment-suspense',
  'payment-refunded',
  'refund-failed',
  'coins-adjusted',
  'charge-receipt',
  'low-balance',
  'text',
] as const
export type NoticeKind = (typeof NOTICE_KINDS)[number]

/** graphile-worker: lower runs first. Words about money overtake everything else. */
export const PRIORITY = { payment: 0, receipt: 5, reply: 5, broadcast: 50 } as const

const MAX_ATTEMPTS = 12

/** Name of the graphile-worker task that sends a notice. */
export const NOTICE_TASK = 'send_notice'

/**
 * Queues a notice through graphile-worker's add_job. One queue for each person keeps the order within a chat; a job key makes
 * the same event queue once.
 */
export const enqueueNotice = async (
  sql: Queryable,
  notice: Notice,
  options: { priority: number; jobKey?: string },
): Promise<void> => {
  await sql`
    select graphile_worker.add_job(
      ${NOTICE_TASK},
      ${sql.json(notice)}::json,
      queue_name => ${`person:${notice.userId}`},
      max_attempts => ${MAX_ATTEMPTS},
      job_key => ${options.jobKey ?? null},
      priority => ${options.priority}
    )`
}

/** Queues many notices at once; each as `enqueueNotice` does. */
export const enqueueNotices = async (
  sql: Queryable,
  notices: readonly { notice: Notice; options: { priority: number; jobKey: string } }[],
): Promise<void> => {
  if (notices.length === 0) return
  const jobs = notices.map(({ notice, options }) => ({
    notice,
    queue: `person:${notice.userId}`,
    ...options,
  }))
  await sql`
    select count(*) from graphile_worker.add_jobs(array(
      select row(
        ${NOTICE_TASK}::text, j.notice, j.queue, null::timestamptz, ${MAX_ATTEMPTS}::smallint, j."jobKey", j.priority, null::text[]
      )::graphile_worker.job_spec
      from jsonb_to_recordset(${sql.json(jobs as never)}::jsonb)
        as j(notice json, queue text, "jobKey" text, priority smallint)
    ))`
}

/** Name of the graphile-worker task that sends an answer of the conversation which Telegram did not take at once. */
export const REPLY_TASK = 'send_reply'

/**
 * Queues an answer as it stands (an OutgoingMessage of shared/telegram/outgoing.ts). Only for words that are no secret: the row holds them
 * until they are sent.
 */
export const enqueueReply = async (
  sql: Queryable,
  reply: { userId: string; chatId: number; message: unknown },
  afterSeconds: number,
): Promise<void> => {
  await sql`
    select graphile_worker.add_job(
      ${REPLY_TASK},
      ${sql.json(reply as never)}::json,
      queue_name => ${`person:${reply.userId}`},
      run_at => now() + make_interval(secs => ${afterSeconds}),
      max_attempts => ${MAX_ATTEMPTS},
      priority => ${PRIORITY.reply}
    )`
}
