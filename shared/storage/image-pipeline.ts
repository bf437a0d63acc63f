import { bulkhead, isBulkheadRejectedError } from 'cockatiel'
import { AVATAR_SIZES, checkImage, checkImageInfo, type ImageLimits } from '#shared/domain/image-policy.ts'
import type { ImageFormat } from '#shared/domain/image-sniff.ts'
import { withoutTexts } from '#shared/domain/png-texts.ts'
import { AppError, unavailable } from '#shared/errors.ts'
import {
  decodeSquare,
  encodeVariant,
  hardenSharp,
  type ImageVariant,
  readHeader,
  thumbhashOf,
} from './square-image.ts'
import { untilAborted } from './until-aborted.ts'

export type ImagePipelineOptions = {
  limits: ImageLimits
  /** Images worked on at once; each takes memory for its pixels and most of a processor core. */
  concurrency: number
  /** Images that may wait; beyond it `unavailable` at once. */
  queueLimit: number
  /** For decoding one image. */
  timeoutSeconds: number
}

export type ProcessedImage = {
  /** Sides of the source in pixels, upright. */
  width: number
  height: number
  /** ThumbHash of the square picture, in base64. */
  thumbhash: string
  variants: ImageVariant[]
}

export type ImagePipeline = {
  /**
   * Makes the square variants of an upload. Throws AppError: what `checkImage` throws, `unprocessable_media`
   * when the picture can't be decoded, `unavailable` when too many wait, and the signal's own AppError (or
   * `deadline`) when it aborts.
   */
  process: (bytes: Uint8Array, signal?: AbortSignal) => Promise<ProcessedImage>
}

const makeVariants = async (
  source: Uint8Array,
  format: ImageFormat,
  options: ImagePipelineOptions,
): Promise<ProcessedImage> => {
  try {
    const bytes = format === 'png' ? withoutTexts(source) : source
    const header = await readHeader(bytes, options.limits)
    checkImageInfo(header, options.limits) // should the decoder read the header otherwise than we do
    const square = await decodeSquare(bytes, { ...options, header })
    const variants: ImageVariant[] = []
    for (const size of AVATAR_SIZES) variants.push(await encodeVariant(square, size))
    return {
      width: header.width,
      height: header.height,
      thumbhash: await thumbhashOf(square),
      variants,
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('unprocessable_media', {
      detail: 'The image is damaged and cannot be decoded.',
      cause,
    })
  }
}

/**
 * Opens the pipeline, which hardens sharp for the process. libvips can't be stopped: an image whose caller
 * left is finished unheard.
 */
export const createImagePipeline = (options: ImagePipelineOptions): ImagePipeline => {
  hardenSharp()
  const slots = bulkhead(options.concurrency, options.queueLimit)
  return {
    process: async (bytes, signal) => {
      const { format } = checkImage(bytes, options.limits)
      try {
        return await untilAborted(
          slots.execute(() => makeVariants(bytes, format, options), signal),
          signal,
        )
      } catch (error) {
        if (isBulkheadRejectedError(error))
          throw unavailable('Too many images are being worked on.', error, 1)
        if (error instanceof AppError || !signal?.aborted) throw error
        throw signal.reason instanceof AppError
          ? signal.reason
          : new AppError('deadline', { cause: signal.reason })
      }
    },
  }
}
