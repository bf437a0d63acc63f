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

/** The header of a scan with so many components. */
const firstScan = (components: number): number[] => [
  ...[0xff, 0xda, 0, 6 + 2 * components, components],
  ...Array.from({ length: components }, (_, i) => [i + 1, 0]).flat(),
  ...[0, 63, 0],
]
/** A frame of another process with three components, sampled 2x2, 1x1 and 1x1. */
const colourJpeg = (marker: number, width: number, height: number, ...after: number[]): Uint8Array =>
  Uint8Array.from([
    ...[0xff, 0xd8, 0xff, marker, 0, 17, 8, ...be16(height), ...be16(width)],
    ...[3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1],
    ...after,
  ])

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
    expect(sniffImage(bytes)).toMatchObject({ format, width: 640, height: 480, animated: false })
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
    const camera = Uint8Array.from([...jpeg(8000, 6000), ...firstScan(1)])
    expect(checkImage(camera)).toEqual({
      format: 'jpeg',
      width: 8000,
      height: 6000,
      animated: false,
      decodeBytes: 0,
      scans: 1,
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

describe('what decoding takes, by the header alone', () => {
  const pngOf = (
    depth: number,
    colourType: number,
    interlaced: number,
    ...chunks: number[][]
  ): Uint8Array => {
    const bytes = png(1000, 1000, ...chunks)
    bytes.set([depth, colourType, 0, 0, interlaced], 24)
    return bytes
  }
  const PIXELS = 1_000_000

  it.each<[string, Uint8Array, number]>([
    ['a JPEG in one scan', colourJpeg(0xc0, 1000, 1000, ...firstScan(3)), 0],
    ['with tables before the scan', colourJpeg(0xc1, 1000, 1000, 0xff, 0xc4, 0, 3, 9, ...firstScan(3)), 0],
    ['a JPEG in several scans', colourJpeg(0xc0, 1000, 1000, ...firstScan(1)), 3 * PIXELS],
    ['a JPEG whose scan is hidden', colourJpeg(0xc0, 1000, 1000, 0, 0, ...firstScan(3)), 3 * PIXELS],
    ['a progressive JPEG', colourJpeg(0xc2, 1000, 1000, ...firstScan(3)), 3 * PIXELS],
    ['a JPEG without a whole frame header', colourJpeg(0xc0, 1000, 1000).subarray(0, 14), 8 * PIXELS],
    ['a PNG row by row', pngOf(8, 2, 0), 4.5 * PIXELS],
    ['with a palette', pngOf(2, 3, 0), 4.5 * PIXELS],
    ['with a transparent colour', pngOf(8, 2, 0, pngChunk('tRNS', [0, 0, 0, 0, 0, 0])), 7.5 * PIXELS],
    ['in grey', pngOf(1, 0, 0), 3 * PIXELS],
    ['in grey with transparency', pngOf(8, 4, 0), 6 * PIXELS],
    ['with transparency, in 16 bits', pngOf(16, 6, 0), 15 * PIXELS],
    ['an interlaced PNG', pngOf(8, 2, 1), 6 * PIXELS],
    ['an interlaced PNG in grey', pngOf(8, 0, 1), 4 * PIXELS],
    ['an interlaced PNG of 16 bits', pngOf(16, 6, 1), 20 * PIXELS],
    ['a lossy WebP', webp(['VP8 ', vp8(1000, 1000)]), 0],
    ['a transparent one', webp(['VP8X', vp8x(1000, 1000)], ['ALPH', [1]], ['VP8 ', vp8(1000, 1000)]), PIXELS],
    ['a lossless WebP', webp(['VP8L', vp8l(1000, 1000)]), 4 * PIXELS],
    ['one behind a header', webp(['VP8X', vp8x(1000, 1000)], ['VP8L', vp8l(1000, 1000)]), 4 * PIXELS],
  ])('%s', (_, bytes, decodeBytes) => {
    expect(sniffImage(bytes)).toMatchObject({ decodeBytes })
  })

  it('counts scans where each costs a pass over the picture', () => {
    const many = Array.from({ length: 31 }, () => firstScan(1)).flat()
    expect(sniffImage(colourJpeg(0xc2, 100, 100, ...many))).toMatchObject({ scans: 31 })
    expect(codeOf(() => checkImage(colourJpeg(0xc2, 100, 100, ...many)))).toBe('unprocessable_media')
    expect(checkImage(colourJpeg(0xc2, 100, 100, ...many.slice(10))).scans).toBe(30)
    expect(checkImage(colourJpeg(0xc0, 100, 100, ...firstScan(3), ...many)).scans).toBe(1)
  })

  it('refuses what would take too much, and lets the same picture in where it is read row by row', () => {
    expect(codeOf(() => checkImage(colourJpeg(0xc2, 7000, 7000, ...firstScan(3))))).toBe(
      'unprocessable_media',
    )
    expect(checkImage(colourJpeg(0xc0, 7000, 7000, ...firstScan(3))).width).toBe(7000)
    expect(codeOf(() => checkImage(webp(['VP8L', vp8l(7000, 7000)])))).toBe('unprocessable_media')
    expect(checkImage(webp(['VP8 ', vp8(7000, 7000)])).width).toBe(7000)
    expect(codeOf(() => checkImage(png(7000, 7000)))).toBe('unprocessable_media')
    expect(checkImage(png(3162, 3162)).width).toBe(3162)
  })
})
