import { type ImageInfo, sniffImage } from '#shared/domain/image-sniff.ts'
import { AppError, invalidInput } from '#shared/errors.ts'

/** Bounds of an uploaded image; data, which an operator edits (`limits.image` of the tariff). */
export type ImageLimits = {
  maxBytes: number
  /** Width times height. */
  maxPixels: number
  /** Bytes that decoding may keep in memory or go through, told by the header: a JPEG read row by row, reduced as it comes, counts none. */
  maxDecodeBytes: number
  /** Either side, in pixels. */
  maxSide: number
  /** The longer side divided by the shorter one. */
  maxAspect: number
}

/**
 * Sides of the square variants that are stored, in pixels, largest first: part of the public contract (design
 * §3).
 */
export const AVATAR_SIZES = [512, 256, 64] as const
export type AvatarSize = (typeof AVATAR_SIZES)[number]

/** The bounds where the tariff sets no others. */
export const IMAGE_LIMITS: ImageLimits = {
  maxBytes: 20 * 1024 * 1024,
  maxPixels: 50_000_000,
  maxDecodeBytes: 75_000_000,
  maxSide: 16_384,
  maxAspect: 20,
}

/** Encoders write some ten. Each goes over every block of the picture, however few bytes it has itself. */
const MAX_SCANS = 30

const refused = (detail: string): AppError => new AppError('unprocessable_media', { detail })

/**
 * Throws `unprocessable_media` (422) unless sides, pixels and aspect are within the limits and it is a still
 * picture.
 */
export const checkImageInfo = (
  info: Pick<ImageInfo, 'width' | 'height' | 'animated'>,
  limits: ImageLimits,
): void => {
  const { width, height } = info
  if (width < 1 || height < 1) throw refused('The image has no pixels.')
  if (width > limits.maxSide || height > limits.maxSide) {
    throw refused(`The image is ${width} x ${height} pixels; no side may be over ${limits.maxSide}.`)
  }
  if (width * height > limits.maxPixels) {
    throw refused(`The image has ${width * height} pixels; at most ${limits.maxPixels} are allowed.`)
  }
  if (Math.max(width, height) > limits.maxAspect * Math.min(width, height)) {
    throw refused(`One side of the image is more than ${limits.maxAspect} times the other.`)
  }
  if (info.animated) throw refused('Animated images are not supported: send a still picture.')
}

/**
 * The whole cheap check before a decoder sees the bytes; returns what the header says. Throws `invalid_input`
 * (400, no bytes), `too_large` (413), `unsupported_media` (415, no JPEG, PNG or WebP) or
 * `unprocessable_media` (422).
 */
export const checkImage = (bytes: Uint8Array, limits: ImageLimits = IMAGE_LIMITS): ImageInfo => {
  if (bytes.length === 0) throw invalidInput('The image is empty.')
  if (bytes.length > limits.maxBytes) {
    throw new AppError('too_large', { detail: `The image is larger than ${limits.maxBytes} bytes.` })
  }
  const info = sniffImage(bytes)
  if (info.format === 'other') {
    throw new AppError('unsupported_media', { detail: 'Only JPEG, PNG and WebP images are accepted.' })
  }
  checkImageInfo(info, limits)
  if (info.scans > MAX_SCANS)
    throw refused(`The image comes in ${info.scans} scans; at most ${MAX_SCANS} are allowed.`)
  if (info.decodeBytes > limits.maxDecodeBytes) {
    throw refused(
      'A PNG, or a progressive or lossless image, of so many pixels takes too much to decode: send a smaller one, or a plain JPEG.',
    )
  }
  return info
}
