import { randomUUID, randomUUIDv7 } from 'node:crypto'
import type { AvatarData } from '#shared/db/avatars.ts'
import type { AvatarSize } from '#shared/domain/image-policy.ts'
import type { Resources } from '#shared/http/resources.ts'
import { type NewObjects, putObjects } from '#shared/http/stored-objects.ts'
import { createImagePipeline, type ImagePipeline } from '#shared/storage/image-pipeline.ts'

/** An avatar whose objects are stored and whose row is not written yet. */
export type NewAvatar = { id: string; data: AvatarData; objects: NewObjects }

/** A progressive JPEG of 50 megapixels takes some 300 MB while it is decoded. */
const CONCURRENCY = 2
/** Each that waits holds up to 20 MB of bytes: with twenty in the house the process stays below 1.2 GB. */
const QUEUE_LIMIT = 18
const DECODE_TIMEOUT_SECONDS = 8

const pipelines = new WeakMap<Resources, ImagePipeline>()

const pipelineOf = (resources: Resources): ImagePipeline => {
  const known = pipelines.get(resources)
  if (known) return known
  const made = createImagePipeline({
    limits: resources.tariff.limits.image,
    concurrency: CONCURRENCY,
    queueLimit: QUEUE_LIMIT,
    timeoutSeconds: DECODE_TIMEOUT_SECONDS,
  })
  pipelines.set(resources, made)
  return made
}

/**
 * Makes the variants of a picture and stores them under keys that were never used before, so that a link to an old avatar never shows a
 * new one.
 * @throws AppError as the pipeline and the store do; no object stays then
 */
export const makeAvatar = async (
  resources: Resources,
  userId: string,
  bytes: Buffer,
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
      contentType: variant.contentType,
      // a key is never written twice
      cacheControl: 'private, max-age=31536000, immutable',
    })),
    signal,
  )
  return {
    id: randomUUIDv7(),
    data: {
      width: image.width,
      height: image.height,
      hash: image.hash,
      thumbhash: image.thumbhash,
      bytes: image.variants.reduce((sum, variant) => sum + variant.bytes.length, 0),
      keys: { '64': keyOf(64), '256': keyOf(256), '512': keyOf(512) },
    },
    objects,
  }
}
