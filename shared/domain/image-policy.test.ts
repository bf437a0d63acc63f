import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '#shared/errors.ts'
import { checkImage, checkImageInfo, IMAGE_LIMITS } from './image-policy.ts'
import { sniffImage } from './image-sniff.ts'

const ascii = (text: string): number[] => [...text].map((char) => char.charCodeAt(0))
const be16 = (n: number): number[] => [n >>> 8, n & 255]
const be32 = (n: number): number[] => [...be16(n >>> 16), ...be16(n & 0xffff)]
const le = (n: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => (n >>> (8 * i)) & 255)

const jpeg = (width: number, height: number, before: number[] = []): Uint8Array =>
  Uint8Array.from([
    0xff,
    0xd8,
    0xff,
    0xe0,
    0,
    4,
    1,
    2,
    ...before,
    0xff,
    0xc0,
    0,
    11,
    8,
    ...be16(height),
    ...be16(width),
    1,
    1,
    17,
    0,
  ])
const pngChunk = (type: string, data: number[]): number[] => [
  ...be32(data.length),
  ...ascii(type),
  ...data,
  0,
  0,
  0,
  0,
]
const png = (width: number, height: number, ...chunks: number[][]): Uint8Array =>
  Uint8Array.from([
    ...[0x89, ...ascii('PNG\r\n\x1a\n')],
    ...pngChunk('IHDR', [...be32(width), ...be32(height), 8, 6, 0, 0, 0]),
    ...chunks.flat(),
    ...pngChunk('IDAT', [1, 2, 3]),
  ])
const webp = (...chunks: [type: string, data: number[]][]): Uint8Array => {
  const body = chunks.flatMap(([type, data]) => [
    ...ascii(type),
    ...le(data.length, 4),
    ...data,
    ...(data.length % 2 ? [0] : []),
  ])
  return Uint8Array.from([...ascii('RIFF'), ...le(body.length + 4, 4), ...ascii('WEBP'), ...body])
}
const vp8 = (width: number, height: number): number[] => [
  0,
  0,
  0,
  0x9d,
  1,
  0x2a,
  ...le(width, 2),
  ...le(height, 2),
]
const vp8l = (width: number, height: number): number[] => [
  0x2f,
  ...le((width - 1) | ((height - 1) << 14), 4),
  ...Array(6).fill(0),
]
const vp8x = (width: number, height: number, flags = 0): number[] => [
  flags,
  0,
  0,
  0,
  ...le(width - 1, 3),
  ...le(height - 1, 3),
]

/** The code of the AppError that `run` throws; anything else fails the test. */
const codeOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
  return 'nothing thrown'
}

describe('sniffImage', () => {
  it.each([
    ['jpeg', jpeg(640, 480)],
    ['jpeg', jpeg(640, 480, [0xff, 0xff, 0xe1, 0, 3, 9])],
    ['png', png(640, 480)],
    ['webp', webp(['VP8 ', vp8(640, 480)])],
    ['webp', webp(['VP8L', vp8l(640, 480)])],
    ['webp', webp(['VP8X', vp8x(640, 480)], ['VP8 ', vp8(640, 480)])],
  ])('reads the sides of a %s', (format, bytes) => {
    expect(sniffImage(bytes)).toEqual({ format, width: 640, height: 480, animated: false })
  })

  it('reads a view into a larger buffer', () => {
    const inner = png(3, 4)
    const outer = new Uint8Array(inner.length + 10)
    outer.set(inner, 7)
    expect(sniffImage(outer.subarray(7, 7 + inner.length))).toMatchObject({ width: 3, height: 4 })
  })

  it.each([
    ['APNG', png(8, 8, pngChunk('tEXt', [1]), pngChunk('acTL', [0, 0, 0, 2, 0, 0, 0, 0]))],
    ['WebP with the flag', webp(['VP8X', vp8x(8, 8, 0x02)])],
    ['WebP with frames and no flag', webp(['VP8X', vp8x(8, 8)], ['ANMF', [1, 2, 3]])],
  ])('sees an animation: %s', (_, bytes) => {
    expect(sniffImage(bytes)).toMatchObject({ animated: true })
  })

  it.each([
    ['gif', 'GIF89a......'],
    ['pdf', '%PDF-1.7'],
    ['zip', 'PK\x03\x04....'],
    ['tiff', 'II*\0....'],
    ['heif', '\0\0\0\x18ftypheic'],
    ['psd', '8BPS\0\x01'],
    ['markup', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['riff', 'RIFF\x04\0\0\0WAVE'],
    [undefined, 'plain text'],
    [undefined, '\xff\xd8'],
  ])('names another file: %s', (name, text) => {
    expect(sniffImage(Uint8Array.from(ascii(text)))).toEqual(
      name ? { format: 'other', name } : { format: 'other' },
    )
  })

  it('never throws anything but AppError, whatever the bytes', () => {
    const magic = fc.constantFrom(
      [0xff, 0xd8, 0xff],
      [...png(1, 1)].slice(0, 16),
      ascii('RIFF\x10\0\0\0WEBPVP8X'),
      [],
    )
    fc.assert(
      fc.property(magic, fc.uint8Array({ maxLength: 300 }), (head, tail) => {
        codeOf(() => checkImage(Uint8Array.from([...head, ...tail])))
      }),
      { numRuns: 2000 },
    )
  })

  it('takes every cut of a good header as damaged or as no image', () => {
    for (const whole of [jpeg(9, 9), png(9, 9).subarray(0, 33), webp(['VP8X', vp8x(9, 9)])]) {
      for (let length = 1; length < whole.length - 4; length++) {
        expect(codeOf(() => checkImage(whole.subarray(0, length)))).toMatch(
          /^un(processable|supported)_media$/,
        )
      }
    }
  })
})

describe('checkImage', () => {
  it('accepts what is within the limits', () => {
    expect(checkImage(jpeg(8000, 6000))).toEqual({
      format: 'jpeg',
      width: 8000,
      height: 6000,
      animated: false,
    })
    expect(checkImage(png(1, 1)).width).toBe(1)
    expect(checkImage(png(2000, 100)).width).toBe(2000)
  })

  it.each([
    ['invalid_input', new Uint8Array(0)],
    ['unsupported_media', Uint8Array.from(ascii('GIF89a'))],
    ['too_large', new Uint8Array(IMAGE_LIMITS.maxBytes + 1)],
    ['unprocessable_media', png(65_535, 65_535)],
    ['unprocessable_media', png(10_000, 10_000)],
    ['unprocessable_media', png(16_385, 1000)],
    ['unprocessable_media', png(0, 10)],
    ['unprocessable_media', jpeg(10, 0)],
    ['unprocessable_media', png(2001, 100)],
    ['unprocessable_media', png(100, 2001)],
    ['unprocessable_media', webp(['VP8X', vp8x(8, 8, 0x02)])],
    ['unprocessable_media', Uint8Array.from([0xff, 0xd8, 0xff, 0xda, 0, 4, 1, 2])],
  ])('refuses with %s', (code, bytes) => {
    expect(codeOf(() => checkImage(bytes))).toBe(code)
  })

  it('takes its limits as data', () => {
    const limits = { ...IMAGE_LIMITS, maxAspect: 2 }
    expect(codeOf(() => checkImageInfo({ width: 3, height: 1, animated: false }, limits))).toBe(
      'unprocessable_media',
    )
    expect(checkImageInfo({ width: 2, height: 1, animated: false }, limits)).toBeUndefined()
  })
})
