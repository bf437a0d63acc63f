import { z } from 'zod'
import { AppError } from '#shared/errors.ts'
import { endOfUse, startUse } from './avatar-uses.ts'
import type { Queryable, Tx } from './client.ts'
import { enqueueObjectDeletion } from './object-jobs.ts'
import { lockPerson } from './person-lock.ts'

/** Object keys of the square variants, by side in pixels. */
export const AvatarKeys = z.strictObject({ '64': z.string(), '256': z.string(), '512': z.string() })
export type AvatarKeys = z.infer<typeof AvatarKeys>

/** What `user_avatars.avatar_data` holds. */
const AvatarData = z.object({
  /** Sides of the oriented source in pixels. */
  width: z.int(),
  height: z.int(),
  /** SHA-256 of the uploaded bytes, in hex: tells the same picture again. */
  hash: z.string(),
  /** In base64. */
  thumbhash: z.string(),
  /** Of all variants together. */
  bytes: z.int(),
  keys: AvatarKeys,
})
export type AvatarData = z.infer<typeof AvatarData>

export type Avatar = AvatarData & { id: string; current: boolean; createdAt: Date }

type Row = { id: string; data: unknown; current: boolean; created_at: Date }

const toAvatar = (row: Row): Avatar => ({
  ...AvatarData.parse(row.data),
  id: row.id,
  current: row.current,
  createdAt: row.created_at,
})

const isRow = (row: Partial<Row>): row is Row => typeof row.id === 'string'

const notFound = (): AppError =>
  new AppError('avatar_not_found', { detail: 'This person has no such avatar.' })

/** All avatars of a person, newest first. */
export const listAvatars = async (sql: Queryable, userId: string): Promise<Avatar[]> => {
  const rows = await sql<Row[]>`
    select id, avatar_data as data, current, created_at from user_avatars where user_id = ${userId} order by id desc`
  return rows.map(toAvatar)
}

/** @throws AppError avatar_not_found, also for another person's */
export const getAvatar = async (
  sql: Queryable,
  which: { userId: string; avatarId: string },
): Promise<Avatar> => {
  const [row]: [Row?] = await sql`
    select id, avatar_data as data, current, created_at from user_avatars
    where user_id = ${which.userId} and id = ${which.avatarId}`
  if (!row) throw notFound()
  return toAvatar(row)
}

/** The face of the person, or undefined. */
export const findCurrentAvatar = async (sql: Queryable, userId: string): Promise<Avatar | undefined> => {
  const [row]: [Row?] = await sql`
    select id, avatar_data as data, current, created_at from user_avatars where user_id = ${userId} and current`
  return row && toAvatar(row)
}

/** What a gallery holds: how many avatars, and the one made of given bytes. */
export type Gallery = { kept: number; same: Avatar | undefined }

/** Looks into the gallery for these very bytes (SHA-256 in hex). */
export const lookIntoGallery = async (
  sql: Queryable,
  which: { userId: string; hash: string },
): Promise<Gallery> => {
  const [row]: [(Partial<Row> & { kept: number })?] = await sql`
    select g.kept, a.* from (
      select count(*)::bigint as kept from user_avatars where user_id = ${which.userId}
    ) g left join lateral (
      select id, avatar_data as data, current, created_at from user_avatars
      where user_id = ${which.userId} and avatar_data ->> 'hash' = ${which.hash}
      order by id desc limit 1
    ) a on true`
  if (!row) throw new Error('A count returned no row.')
  return { kept: row.kept, same: isRow(row) ? toAvatar(row) : undefined }
}

/** How many avatars a person keeps must stay below `perPerson`. @throws AppError conflict, which says what to do */
export const requireAvatarRoom = ({ kept }: Gallery, perPerson: number): void => {
  if (kept < perPerson) return
  throw new AppError('conflict', {
    detail: `This person keeps ${kept} avatars, and ${perPerson} are the most: delete one first.`,
    extra: { limit: 'avatars', perPerson, kept },
  })
}

/** The face so far is the face no more. */
const clearCurrent = async (tx: Tx, userId: string): Promise<void> => {
  await tx`
    with cleared as (
      update user_avatars set current = false, updated_at = now() where user_id = ${userId} and current returning id
    )
    update user_avatar_uses set ${endOfUse(tx)} where avatar_id in (select id from cleared) and used_to is null`
}

/** Adds an avatar as the current one. Under the person's lock. */
export const addAvatar = async (
  tx: Tx,
  avatar: { id: string; userId: string; data: AvatarData },
): Promise<Avatar> => {
  await clearCurrent(tx, avatar.userId)
  const [row]: [Row?] = await tx`
    with added as (
      insert into user_avatars (id, user_id, avatar_data, current)
      values (${avatar.id}, ${avatar.userId}, ${tx.json(avatar.data)}, true)
      returning id, avatar_data as data, current, created_at
    ), used as (
      insert into user_avatar_uses (avatar_id) select id from added
    )
    select * from added`
  if (!row) throw new Error('An insert returned no row.')
  return toAvatar(row)
}

/** Makes an avatar the current one. @throws AppError avatar_not_found, user_not_found */
export const setCurrentAvatar = async (
  tx: Tx,
  which: { userId: string; avatarId: string },
): Promise<Avatar> => {
  // two at once would both pass over the other's row and meet at the index of the one current avatar
  await lockPerson(tx, which.userId)
  const avatar = await getAvatar(tx, which)
  if (avatar.current) return avatar
  await clearCurrent(tx, which.userId)
  await tx`update user_avatars set current = true, updated_at = now() where id = ${which.avatarId}`
  await startUse(tx, which.avatarId)
  return { ...avatar, current: true }
}

/**
 * Deletes the row and queues the removal of its objects; after the current avatar the newest one left becomes current.
 * @throws AppError avatar_not_found, user_not_found
 */
export const deleteAvatar = async (
  tx: Tx,
  which: { userId: string; avatarId: string; bucket: string },
): Promise<void> => {
  await lockPerson(tx, which.userId)
  const avatar = await getAvatar(tx, which)
  await tx`delete from user_avatars where id = ${avatar.id}`
  await enqueueObjectDeletion(tx, { bucket: which.bucket, keys: Object.values(avatar.keys) })
  if (!avatar.current) return
  const [next]: [{ id: string }?] = await tx`
    update user_avatars set current = true, updated_at = now()
    where id = (select id from user_avatars where user_id = ${which.userId} order by id desc limit 1)
    returning id`
  if (next) await startUse(tx, next.id)
}

/** Whether an avatar of this id is stored. */
export const hasAvatar = async (sql: Queryable, avatarId: string): Promise<boolean> =>
  (await sql`select 1 from user_avatars where id = ${avatarId}`).length === 1
