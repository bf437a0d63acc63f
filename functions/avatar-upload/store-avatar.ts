import { z } from 'zod'
import {
  type Avatar,
  AvatarKeys,
  addAvatar,
  lookIntoGallery,
  requireAvatarRoom,
  setCurrentAvatar,
} from '#shared/db/avatars.ts'
import { chargeCoins } from '#shared/db/charges.ts'
import type { Tx } from '#shared/db/client.ts'
import type { Answer } from '#shared/db/idempotency.ts'
import { enqueueObjectDeletion } from '#shared/db/object-jobs.ts'
import { lockPerson } from '#shared/db/person-lock.ts'
import { getUser } from '#shared/db/users.ts'
import { priceOf, serviceTitle } from '#shared/domain/tariff.ts'
import { AppError } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'
import { AvatarView } from '#shared/http/schemas.ts'
import { bucketOf } from '#shared/http/stored-objects.ts'
import { Id } from '#shared/http/subject.ts'
import type { NewAvatar } from './make-avatar.ts'

/** `made` is missing when the person had this very picture already. */
export type Prepared = { userId: string; hash: string; made: NewAvatar | undefined }

/** The answer as it is kept under the key: links are made fresh for each. */
export const StoredAnswer = z.strictObject({
  avatar: AvatarView.omit({ urls: true, createdAt: true }).extend({
    keys: AvatarKeys,
    createdAt: z.coerce.date(),
  }),
  transactionId: Id.nullable(),
})

const answer = (status: 200 | 201, avatar: Avatar, transactionId: string | null): Answer => {
  const { id, width, height, thumbhash, keys, current, createdAt } = avatar
  return {
    status,
    body: {
      avatar: { id, width, height, thumbhash, keys, current, createdAt: createdAt.toISOString() },
      transactionId,
    },
  }
}

/**
 * Writes the row and takes the coins: 201. A picture that the person has already becomes current again for nothing: 200.
 * @throws AppError insufficient_funds, user_not_found, conflict (the gallery is full), forbidden (daily limit)
 */
export const storeAvatar = async (
  tx: Tx,
  resources: Resources,
  { userId, hash, made }: Prepared,
  actor: string,
): Promise<Answer> => {
  await lockPerson(tx, userId)
  const gallery = await lookIntoGallery(tx, { userId, hash })
  if (gallery.same) {
    // a call with another key was quicker: our objects are not needed
    if (made)
      await enqueueObjectDeletion(tx, { bucket: bucketOf(resources, 'avatars'), keys: made.objects.keys })
    return answer(200, await setCurrentAvatar(tx, { userId, avatarId: gallery.same.id }), null)
  }
  if (!made)
    throw new AppError('conflict', { detail: 'The same avatar was deleted just now; repeat the call.' })
  requireAvatarRoom(gallery, resources.tariff.limits.avatars.perPerson)
  const { settings } = await getUser(tx, { userId })
  const avatar = await addAvatar(tx, { id: made.id, userId, data: made.data })
  const { transactionId } = await chargeCoins(tx, {
    ...priceOf(resources.tariff, 'avatar'),
    userId,
    service: 'avatar',
    description: serviceTitle(resources.tariff, 'avatar', settings.language),
    reference: `avatar:${avatar.id}`,
    actor,
    settings,
    // the chat's own answer names the price
    withReceipt: actor !== 'dispatcher',
  })
  return answer(201, avatar, transactionId)
}
