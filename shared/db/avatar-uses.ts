import type { Queryable, Tx } from './client.ts'

/** A span in which an avatar was the person's face; the present one has no end. */
export type AvatarUse = { usedFrom: Date; usedTo: Date | null }

/** What is kept and shown of each avatar, the newest: somebody may go to and fro for years. */
const KEPT_USES = 50

/** The avatar is the face from now on. Under the person's lock. */
export const startUse = async (tx: Tx, avatarId: string): Promise<void> => {
  await tx`
    with too_old as (
      delete from user_avatar_uses where avatar_id = ${avatarId} and id <= (
        select id from user_avatar_uses where avatar_id = ${avatarId} order by id desc offset ${KEPT_USES - 1} limit 1)
    )
    insert into user_avatar_uses (avatar_id) values (${avatarId})`
}

/** For an update of those that have no end yet: now. Clocks may go back: an end is never before its beginning. */
export const endOfUse = (tx: Tx) => tx`used_to = greatest(used_from, clock_timestamp())`

/** When each avatar of a person was the face, newest first; an avatar that never was is missing. */
export const listUses = async (sql: Queryable, userId: string): Promise<Map<string, AvatarUse[]>> => {
  const rows = await sql<{ avatar_id: string; used_from: Date; used_to: Date | null }[]>`
    select u.avatar_id, u.used_from, u.used_to
    from user_avatars a join user_avatar_uses u on u.avatar_id = a.id
    where a.user_id = ${userId} order by u.id desc`
  const uses = new Map<string, AvatarUse[]>()
  for (const { avatar_id, used_from, used_to } of rows) {
    const known = uses.get(avatar_id) ?? []
    known.push({ usedFrom: used_from, usedTo: used_to })
    uses.set(avatar_id, known)
  }
  return uses
}
