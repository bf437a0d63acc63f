import { z } from 'zod'
import { type AvatarUse, listUses } from '#shared/db/avatar-uses.ts'
import { deleteAvatar, getAvatar, listAvatars as listRows, setCurrentAvatar } from '#shared/db/avatars.ts'
import { getUser, type User } from '#shared/db/users.ts'
import { AppError } from '#shared/errors.ts'
import { presentAvatar } from '#shared/http/present-avatar.ts'
import { changeRoute, readRoute } from '#shared/http/route.ts'
import { AvatarView, GalleryAvatarView } from '#shared/http/schemas.ts'
import { bucketOf } from '#shared/http/stored-objects.ts'
import { Id, querySubject, subjectOf } from '#shared/http/subject.ts'
import type { Client } from '#shared/platform/clients.ts'
import { mayShowAvatar } from './avatar-visibility.ts'

const WhoseQuery = z.strictObject(querySubject)
const AvatarPath = z.strictObject({ id: Id })

/** A person whose avatar nobody else may see has none for other programs: neither pictures nor links. @throws AppError avatar_not_found */
const requireVisible = (user: Pick<User, 'settings'>, caller: Client): void => {
  if (!mayShowAvatar(user, caller)) throw new AppError('avatar_not_found')
}

const presentUse = ({ usedFrom, usedTo }: AvatarUse) => ({
  usedFrom: usedFrom.toISOString(),
  usedTo: usedTo?.toISOString() ?? null,
})

/** GET /avatars?userId, newest first. */
export const listAvatars = readRoute({
  method: 'GET',
  path: '/avatars',
  summary: 'Avatars of a person with fresh urls, and when each was current',
  query: WhoseQuery,
  answers: { 200: z.strictObject({ items: z.array(GalleryAvatarView) }) },
  run: async ({ query, sql, resources, caller }) => {
    const user = await getUser(sql, subjectOf(query))
    if (!mayShowAvatar(user, caller)) return { status: 200, body: { items: [] } }
    const [avatars, uses] = await Promise.all([listRows(sql, user.id), listUses(sql, user.id)])
    const items = avatars.map(async (avatar) => ({
      ...(await presentAvatar(resources, avatar)),
      uses: (uses.get(avatar.id) ?? []).map(presentUse),
    }))
    return { status: 200, body: { items: await Promise.all(items) } }
  },
})

/** POST /avatars/<id>/current?userId */
export const chooseAvatar = changeRoute({
  method: 'POST',
  path: '/avatars/:id/current',
  summary: 'Makes an avatar the current one',
  query: WhoseQuery,
  params: AvatarPath,
  answers: { 200: z.strictObject({ avatar: AvatarView }) },
  run: async ({ query, params, tx, caller }) => {
    const user = await getUser(tx, subjectOf(query))
    requireVisible(user, caller)
    await setCurrentAvatar(tx, { userId: user.id, avatarId: params.id })
    return { status: 200, body: { userId: user.id, avatarId: params.id } }
  },
  present: async (body, { sql, resources }) => {
    const { userId, avatarId } = z.strictObject({ userId: Id, avatarId: Id }).parse(body)
    return { avatar: await presentAvatar(resources, await getAvatar(sql, { userId, avatarId })) }
  },
})

/** DELETE /avatars/<id>?userId: the row goes now, its objects by a job after the commit. */
export const removeAvatar = changeRoute({
  method: 'DELETE',
  path: '/avatars/:id',
  summary: 'Deletes an avatar',
  query: WhoseQuery,
  params: AvatarPath,
  answers: { 200: z.strictObject({ deleted: z.literal(true) }) },
  run: async ({ query, params, tx, resources, caller, afterCommit }) => {
    const user = await getUser(tx, subjectOf(query))
    requireVisible(user, caller)
    await deleteAvatar(tx, {
      userId: user.id,
      avatarId: params.id,
      bucket: bucketOf(resources, 'avatars'),
    })
    afterCommit(async () => resources.wake('notify'))
    return { status: 200, body: { deleted: true } }
  },
})
