import { AppError } from '#shared/errors.ts'
import type { Queryable } from './client.ts'

/** A person's data key as it is stored: wrapped by a master key. */
export type StoredUserKey = { wrapped: Buffer; version: number }

/** The person's key, or undefined where none was made yet or erasure destroyed it. */
export const findUserKey = async (sql: Queryable, userId: string): Promise<StoredUserKey | undefined> => {
  const [row]: [StoredUserKey?] = await sql`
    select wrapped_key as wrapped, version from user_keys where user_id = ${userId}`
  return row
}

/**
 * The person's key, made on first use. Of several at once the primary key lets one insert; the others take its key and forget theirs,
 * so what `makeKey` gives must not be used before it comes back from here.
 * @throws AppError user_not_found when the person was erased meanwhile
 */
export const ensureUserKey = async (
  sql: Queryable,
  userId: string,
  makeKey: () => { wrapped: Buffer; masterKeyId: string },
): Promise<StoredUserKey> => {
  const known = await findUserKey(sql, userId)
  if (known) return known
  const made = makeKey()
  await sql`
    insert into user_keys (user_id, wrapped_key, master_key_id)
    select id, ${made.wrapped}, ${made.masterKeyId} from users where id = ${userId} and erased_at is null for key share
    on conflict (user_id) do nothing`
  const stored = await findUserKey(sql, userId)
  if (!stored) throw new AppError('user_not_found', { detail: 'No such person: erased meanwhile.' })
  return stored
}
