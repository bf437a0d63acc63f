import sharp from 'sharp'
import { rgbaToThumbHash } from 'thumbhash'
import { AVATAR_SIZES, type AvatarSize, type ImageLimits } from '#shared/domain/image-policy.ts'

export type ImageVariant = { size: AvatarSize; bytes: Buffer; contentType: 'image/webp' }

/** A decoded square picture: plain pixels, so that nothing of the source but its look can reach a variant. */
export type Square = { data: Buffer; raw: { width: number; height: number; channels: 1 | 2 | 3 | 4 } }

/** What the decoder makes of the header; sides in pixels, upright. */
export type Header = {
  width: number
  height: number
  animated: boolean
  /** Colour in 16 bits a channel. */
  isDeep: boolean
  /** A PNG in colour, whose numbers mean what a profile says. */
  isProfiled: boolean
}

type DecodeOptions = { limits: ImageLimits; timeoutSeconds: number; header: Header }

const THUMB_SIDE = 48

/**
 * Some phones write a wrong number into the scan header, which changes no pixel (libjpeg:
 * JWRN_NOT_SEQUENTIAL). Every other warning means broken data.
 */
const HARMLESS_WARNING = /Invalid SOS parameters/

/**
 * Lets in the three formats, and only from memory; the names are libvips classes (sharp, src/common.cc). It
 * holds for the whole process. No cache, since an upload is never seen twice; one thread an image, since
 * uploads are parallel already.
 */
export const hardenSharp = (): void => {
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({
    operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'],
  })
  sharp.cache(false)
  sharp.concurrency(1)
}

/** Throws sharp's errors. */
export const readHeader = async (bytes: Uint8Array, limits: ImageLimits): Promise<Header> => {
  const header = await sharp(bytes, { limitInputPixels: limits.maxPixels }).metadata()
  const { autoOrient, pages = 1, space, format, icc } = header
  return {
    ...autoOrient,
    animated: pages > 1,
    isDeep: space === 'rgb16',
    // a profile of grey fits one channel alone, and would be lost on the way; it costs little
    isProfiled: format === 'png' && icc !== undefined && (space === 'srgb' || space === 'rgb16'),
  }
}

type FailOn = 'warning' | 'error'

/**
 * Upright and cropped to the largest square, in the colours of the source. What has more than 8 bits loses them first: sharp would take 16
 * bits for another colour space (Display P3), and scaling them costs twice as much.
 */
const cutSquare = (bytes: Uint8Array, { limits, timeoutSeconds, header }: DecodeOptions, failOn: FailOn) => {
  const side = AVATAR_SIZES[0]
  const image = sharp(bytes, { failOn, limitInputPixels: limits.maxPixels, sequentialRead: true })
    .timeout({ seconds: timeoutSeconds })
    .autoOrient()
  return (header.isDeep ? image.pipelineColourspace('srgb') : image).resize(side, side, {
    fit: 'cover',
    position: sharp.strategy.attention,
  })
}

/** JPEG and WebP shrink while they load; of a PNG, the small picture is looked up in the profile in place of each pixel of the large one. */
const decodeStrictly = async (bytes: Uint8Array, options: DecodeOptions, failOn: FailOn): Promise<Square> => {
  const square = cutSquare(bytes, options, failOn)
  const coloured = options.header.isProfiled
    ? sharp(await square.keepIccProfile().png({ compressionLevel: 0 }).toBuffer())
    : square
  const { data, info } = await coloured
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { data, raw: { width: info.width, height: info.height, channels: info.channels } }
}

/**
 * Decodes to the largest square: upright, sRGB, enlarged if need be, cropped to what draws the eye. Throws
 * sharp's errors.
 */
export const decodeSquare = async (bytes: Uint8Array, options: DecodeOptions): Promise<Square> => {
  try {
    return await decodeStrictly(bytes, options, 'warning')
  } catch (error) {
    if (!(error instanceof Error && HARMLESS_WARNING.test(error.message))) throw error
    return decodeStrictly(bytes, options, 'error')
  }
}

/** All variants come from the one square, so the source is decoded once. */
export const encodeVariant = async ({ data, raw }: Square, size: AvatarSize): Promise<ImageVariant> => ({
  size,
  bytes: await sharp(data, { raw }).resize(size, size).webp({ quality: 82, effort: 4 }).toBuffer(),
  contentType: 'image/webp',
})

/** A blurred picture in some 25 bytes, in base64, to show while the real one loads. */
export const thumbhashOf = async ({ data, raw }: Square): Promise<string> => {
  const small = sharp(data, { raw }).resize(THUMB_SIDE, THUMB_SIDE).toColourspace('srgb').ensureAlpha()
  return Buffer.from(rgbaToThumbHash(THUMB_SIDE, THUMB_SIDE, await small.raw().toBuffer())).toString('base64')
}
