import type { Queryable } from './client.ts'

/**
 * Whether a row of the inbox is unhandled and its body holds this number anywhere: what is of an unknown shape has no sender of its own, and
 * what others forward may name one. `telegramId`: the number, or SQL that gives it.
 */
export const isUnhandledAbout = (sql: Queryable, telegramId: number | ReturnType<Queryable>) => sql`
  state <> 'done' and body is not null
    and jsonb_path_exists(body, '$.** ? (@ == $id)', jsonb_build_object('id', ${telegramId}::bigint))`
