import { z } from 'zod'
import { TYPED_SETTINGS } from '#shared/domain/callback-setting.ts'
import type { Queryable } from './client.ts'
import { OperatorTask } from './operator-task.ts'

/** The update whose words have answered; it may be delivered again, and finds its question until all is done. */
const answeredBy = z.int().optional()

/** A question of ours that the person's next words answer. Holds no words of theirs: those lie sealed elsewhere, or nowhere. */
const Dialogue = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('rename-transcript'),
    transcriptId: z.uuid(),
    askedAt: z.int(),
    answeredBy,
  }),
  z.strictObject({ kind: z.literal('search-transcripts'), askedAt: z.int(), answeredBy }),
  z.strictObject({ kind: z.literal('keep-text'), askedAt: z.int(), answeredBy }),
  z.strictObject({
    kind: z.literal('change-setting'),
    setting: z.enum(TYPED_SETTINGS),
    askedAt: z.int(),
    answeredBy,
  }),
  z.strictObject({ kind: z.literal('operator'), task: OperatorTask, askedAt: z.int(), answeredBy }),
])
export type Dialogue = z.infer<typeof Dialogue>

/** Words that come later than this answer no question any more. */
const ANSWERED_WITHIN_MS = 3_600_000

/** Waits for an answer, in the place of any earlier question. */
export const setDialogue = async (sql: Queryable, userId: string, dialogue: Dialogue): Promise<void> => {
  await sql`
    insert into user_states (user_id, state_data) values (${userId}, jsonb_build_object('dialogue', ${sql.json(dialogue)}::jsonb))
    on conflict (user_id) do update set
      state_data = jsonb_set(user_states.state_data, '{dialogue}', excluded.state_data -> 'dialogue'), updated_at = now()`
}

/** The question that waits for this update's words, or undefined; one of another version of the bot is none. */
export const findDialogue = async (
  sql: Queryable,
  userId: string,
  { updateId, now }: { updateId: number; now: number },
): Promise<Dialogue | undefined> => {
  const [row]: [{ dialogue: unknown }?] = await sql`
    select state_data -> 'dialogue' as dialogue from user_states where user_id = ${userId}`
  const { data } = Dialogue.safeParse(row?.dialogue)
  if (!data || data.askedAt <= now - ANSWERED_WITHIN_MS) return undefined
  return data.answeredBy === undefined || data.answeredBy === updateId ? data : undefined
}

/** The question has its answer: whatever is written from now on is something else. Any newer question stays as it is. */
export const markAnswered = async (
  sql: Queryable,
  userId: string,
  { dialogue, updateId }: { dialogue: Dialogue; updateId: number },
): Promise<void> => {
  await sql`
    update user_states set state_data = jsonb_set(state_data, '{dialogue,answeredBy}', to_jsonb(${updateId}::bigint)), updated_at = now()
    where user_id = ${userId} and state_data -> 'dialogue' = ${sql.json(dialogue)}::jsonb`
}

/** Waits no more for an answer to this question, or to any; says whether it did. */
export const endDialogue = async (
  sql: Queryable,
  userId: string,
  { askedAt }: { askedAt?: number } = {},
): Promise<boolean> => {
  const rows = await sql`
    update user_states set state_data = state_data - 'dialogue', updated_at = now()
    where user_id = ${userId} and state_data ? 'dialogue'
      and (${askedAt ?? null}::bigint is null or (state_data #>> '{dialogue,askedAt}')::bigint = ${askedAt ?? null}::bigint)
    returning 1`
  return rows.length === 1
}
