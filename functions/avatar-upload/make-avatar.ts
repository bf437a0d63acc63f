import { randomUUID, randomUUIDv7 } from 'node:crypto'
import type { AvatarData } from '#shared/db/avatars.ts'
import type { AvatarSize } from '#shared/domain/image-policy.ts'
import type { Resources } from '#shared/http/resources.ts'
import { type NewObjects, putObjects } from '#shared/http/stored-objects.ts'
import { OBJECT_HEADERS } from '#shared/storage/object-headers.ts'
import { pipelineOf } from './workshop.ts'

/** An avatar whose objects are stored and whose row is not written yet. */
export type NewAvatar = { id: string; data: AvatarData; objects: NewObjects }

/**
 * Makes the variants of a picture and stores them under keys that were never used before, so that a link to an old avatar never shows a
 * new one.
 * @throws AppError as the pipeline and the store do; no object stays then
 */
export const makeAvatar = async (
  resources: Resources,
  userId: string,
  { bytes, hash }: { bytes: Buffer; hash: string },
  signal: AbortSignal,
): Promise<NewAvatar> => {
  const image = await pipelineOf(resources).process(bytes, signal)
  const folder = `avatars/${userId}/${randomUUID()}`
  const keyOf = (size: AvatarSize): string => `${folder}/${size}.webp`
  const objects = await putObjects(
    resources,
    'avatars',
    image.variants.map((variant) => ({
      key: keyOf(variant.size),
      bytes: variant.bytes,
      ...OBJECT_HEADERS.avatars,
    })),
    signal,
  )
  return {
    id: randomUUIDv7(),
    data: {
      width: image.width,
      height: image.height,
      hash,
      thumbhash: image.thumbhash,
      bytes: image.variants.reduce((sum, variant) => sum + variant.bytes.length, 0),
      keys: { '64': keyOf(64), '256': keyOf(256), '512': keyOf(512) },
    },
    objects,
  }
}
