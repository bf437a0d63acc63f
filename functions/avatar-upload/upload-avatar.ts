import { z } from 'zod'
import { hasAvatar, lookIntoGallery, requireAvatarRoom } from '#shared/db/avatars.ts'
import { requireCoins } from '#shared/db/require-coins.ts'
import { getCustomer } from '#shared/db/users.ts'
import { checkImage } from '#shared/domain/image-policy.ts'
import { priceOf } from '#shared/domain/tariff.ts'
import { limitPerson } from '#shared/http/limit-person.ts'
import { presentAvatar } from '#shared/http/present-avatar.ts'
import { changeRoute } from '#shared/http/route.ts'
import { AvatarView } from '#shared/http/schemas.ts'
import { takeBackObjects } from '#shared/http/stored-objects.ts'
import { bodySubject, Id, querySubject } from '#shared/http/subject.ts'
import { sha256Hex } from '#shared/platform/crypto.ts'
import { makeAvatar } from './make-avatar.ts'
import { readImage, type Upload, whose } from './read-image.ts'
import { type Prepared, StoredAnswer, storeAvatar } from './store-avatar.ts'
import { withPlace } from './workshop.ts'

const WhoseQuery = z.strictObject(querySubject)
type WhoseQuery = z.infer<typeof WhoseQuery>

const TelegramUpload = z.strictObject({ ...bodySubject, telegramFileId: z.string().min(1).max(256) })

/** POST /: the image's bytes, or the id of a file at Telegram. The same picture again is the current avatar again, and costs nothing. */
export const uploadAvatar = changeRoute<Upload, WhoseQuery, unknown, Prepared>({
  method: 'POST',
  path: '/',
  summary:
    'Makes a picture (JPEG, PNG, WebP) the avatar of a person and charges for it; 200 when the person had it already',
  query: WhoseQuery,
  body: TelegramUpload,
  rawBody: { mediaTypes: /^image\/./, parse: (bytes) => ({ bytes }) },
  answers: {
    200: z.strictObject({ avatar: AvatarView, transactionId: z.null() }),
    201: z.strictObject({ avatar: AvatarView, transactionId: Id }),
  },
  // from cheap to costly; whatever refuses does so before anything is stored
  prepare: async ({ body, query, sql, resources, signal }) => {
    const { tariff } = resources
    if ('bytes' in body) checkImage(body.bytes, tariff.limits.image)
    const { id: userId } = await getCustomer(sql, whose(body, query))
    await limitPerson(resources, 'uploads', userId)
    return withPlace(resources, async () => {
      const bytes = await readImage(resources, body, signal)
      const hash = sha256Hex(bytes)
      const gallery = await lookIntoGallery(sql, { userId, hash })
      if (gallery.same) return { userId, hash, made: undefined }
      requireAvatarRoom(gallery, tariff.limits.avatars.perPerson)
      await requireCoins(sql, userId, priceOf(tariff, 'avatar').coins)
      return { userId, hash, made: await makeAvatar(resources, userId, { bytes, hash }, signal) }
    })
  },
  run: async ({ tx, prepared, caller, resources, afterCommit }) => {
    const answer = await storeAvatar(tx, resources, prepared, caller.id)
    afterCommit(async () => resources.wake('notify'))
    return answer
  },
  abandon: async ({ userId, made }, { resources }) => {
    if (!made) return
    await takeBackObjects(resources, made.objects, { userId, isStored: (tx) => hasAvatar(tx, made.id) })
  },
  present: async (body, { resources }) => {
    const { avatar, transactionId } = StoredAnswer.parse(body)
    return { avatar: await presentAvatar(resources, avatar), transactionId }
  },
})
