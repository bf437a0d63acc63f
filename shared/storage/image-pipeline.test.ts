import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { thumbHashToAverageRGBA } from 'thumbhash'
import { describe, expect, it } from 'vitest'
import { IMAGE_LIMITS } from '#shared/domain/image-policy.ts'
import { AppError } from '#shared/errors.ts'
import { makeGreyProfile } from './icc-bytes.testing.ts'
import { createImagePipeline, type ImagePipelineOptions, type ProcessedImage } from './image-pipeline.ts'
import { makePng, pngChunk } from './png-bytes.testing.ts'

const open = (options: Partial<ImagePipelineOptions> = {}) =>
  createImagePipeline({
    limits: IMAGE_LIMITS,
    concurrency: 2,
    queueLimit: 10,
    timeoutSeconds: 10,
    ...options,
  })
const pipeline = open()

const plain = (width: number, height: number, background = '#3366cc') =>
  sharp({ create: { width, height, channels: 3, background } })

/** Left half red, right half blue. */
const halves = (width: number, height: number) =>
  plain(width, height, '#ff0000').composite([
    {
      input: { create: { width: width / 2, height, channels: 3, background: '#0000ff' } },
      left: width / 2,
      top: 0,
    },
  ])

const variant = (image: ProcessedImage, size: number): Buffer => {
  const found = image.variants.find((one) => one.size === size)
  if (!found) throw new Error(`no variant of ${size}`)
  return found.bytes
}

/** Red, green, blue and alpha of one pixel. */
const pixel = async (bytes: Buffer, left: number, top: number): Promise<number[]> => [
  ...(await sharp(bytes).extract({ left, top, width: 1, height: 1 }).ensureAlpha().raw().toBuffer()),
]

describe('process', () => {
  it.each(['jpeg', 'png', 'webp'] as const)('makes three square WebP files of a %s', async (format) => {
    const source = await halves(640, 480).toFormat(format).toBuffer()
    const image = await pipeline.process(source)
    expect(image).toMatchObject({
      width: 640,
      height: 480,
    })
    expect(image.variants.map(({ size, contentType }) => [size, contentType])).toEqual([
      [512, 'image/webp'],
      [256, 'image/webp'],
      [64, 'image/webp'],
    ])
    for (const { size, bytes } of image.variants) {
      expect(await sharp(bytes).metadata()).toMatchObject({
        format: 'webp',
        width: size,
        height: size,
        space: 'srgb',
      })
    }
  })

  it('turns a photo upright and drops everything it says about where and how it was taken', async () => {
    // Orientation 6: the sensor's left side is the picture's top.
    const source = await halves(400, 400)
      .withExif({
        IFD0: { Make: 'CANARY' },
        IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '55/1 45/1 0/1' },
      })
      .withIccProfile('p3')
      .withMetadata({ orientation: 6 })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">CANARY</x:xmpmeta>')
      .jpeg()
      .toBuffer()
    expect(await sharp(source).metadata()).toMatchObject({ orientation: 6, hasProfile: true })
    const image = await pipeline.process(source)
    for (const { bytes } of image.variants) {
      const found = await sharp(bytes).metadata()
      expect([found.exif, found.icc, found.xmp, found.iptc, found.orientation]).toEqual(
        Array(5).fill(undefined),
      )
      expect(bytes.includes('CANARY')).toBe(false)
    }
    const [red, , blueAtTop] = await pixel(variant(image, 512), 256, 10)
    expect(red).toBeGreaterThan(200)
    expect(blueAtTop).toBeLessThan(60)
    const [, , blue] = await pixel(variant(image, 512), 256, 500)
    expect(blue).toBeGreaterThan(200)
  })

  it.each([
    ['a JPEG', () => plain(600, 600, '#0a63c7').withIccProfile('p3').jpeg({ quality: 100 })],
    ['a PNG', () => plain(600, 600, '#0a63c7').withIccProfile('p3').png()],
    [
      'a PNG of 16 bits a channel',
      () => plain(600, 600, '#0a63c7').toColourspace('rgb16').withIccProfile('p3').png(),
    ],
    ['a WebP', () => plain(600, 600, '#0a63c7').withIccProfile('p3').webp({ lossless: true })],
  ])('shows the colours that the profile of %s means', async (_, make) => {
    const source = await make().toBuffer()
    const image = await pipeline.process(source)
    // by the numbers alone, without the profile, red would be near 43
    const [red = 0, green = 0, blue = 0] = await pixel(variant(image, 512), 256, 256)
    for (const difference of [red - 0x0a, green - 0x63, blue - 0xc7])
      expect(Math.abs(difference)).toBeLessThan(6)
  })

  it('shows the grey that a profile of grey means', async () => {
    const packed = deflateSync(makeGreyProfile())
    const profile = pngChunk('iCCP', Buffer.concat([Buffer.from('x\0\0', 'latin1'), packed]))
    const pixels = deflateSync(Buffer.alloc(100 * 101, 0x33).map((byte, at) => (at % 101 === 0 ? 0 : byte)))
    const source = makePng({ width: 100, height: 100, colourType: 0 }, { before: [profile], pixels })
    const image = await pipeline.process(source)
    // a fifth of the light is 124 of 255 in sRGB (IEC 61966-2-1), not 51
    const [red = 0, green = 0, blue = 0] = await pixel(variant(image, 512), 256, 256)
    for (const channel of [red, green, blue]) expect(Math.abs(channel - 124)).toBeLessThan(5)
  })

  it('gives the sides of the upright picture', async () => {
    const source = await plain(300, 200).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    expect(await pipeline.process(source)).toMatchObject({ width: 200, height: 300 })
  })

  it('keeps transparency', async () => {
    const background = { r: 0, g: 255, b: 0, alpha: 0 }
    const source = await sharp({ create: { width: 100, height: 100, channels: 4, background } })
      .png()
      .toBuffer()
    expect((await pixel(variant(await pipeline.process(source), 64), 32, 32))[3]).toBe(0)
  })

  it('enlarges one pixel', async () => {
    const image = await pipeline.process(await plain(1, 1).png().toBuffer())
    expect(image).toMatchObject({ width: 1, height: 1 })
    const [red = 0, green = 0, blue = 0] = await pixel(variant(image, 512), 200, 300)
    for (const difference of [red - 0x33, green - 0x66, blue - 0xcc])
      expect(Math.abs(difference)).toBeLessThan(8)
  })

  it('understands grey, CMYK and 16-bit pictures', async () => {
    const grey = await plain(50, 50, '#808080').toColourspace('b-w').png().toBuffer()
    const cmyk = await plain(50, 50, '#808080').toColourspace('cmyk').jpeg().toBuffer()
    const deep = await plain(50, 50, '#808080').toColourspace('rgb16').png().toBuffer()
    for (const source of [grey, cmyk, deep]) {
      const [red = 0] = await pixel(variant(await pipeline.process(source), 64), 32, 32)
      expect(Math.abs(red - 128)).toBeLessThan(25)
    }
  })

  it('makes a thumbhash of the colour of the picture', async () => {
    const { thumbhash } = await pipeline.process(await plain(300, 200, '#ff0000').png().toBuffer())
    const colour = thumbHashToAverageRGBA(Buffer.from(thumbhash, 'base64'))
    expect(colour.r).toBeGreaterThan(0.9)
    expect(colour.g).toBeLessThan(0.1)
    expect(colour.a).toBe(1)
  })

  it('re-encodes a file that is an image and something else, without the tail', async () => {
    const photo = await plain(64, 64).jpeg().toBuffer()
    const image = await pipeline.process(
      Buffer.concat([photo, Buffer.from('PK\x03\x04<script>alert("CANARY")</script>')]),
    )
    for (const { bytes } of image.variants) {
      expect(bytes.subarray(0, 4).toString()).toBe('RIFF')
      expect(bytes.readUInt32LE(4) + 8).toBe(bytes.length)
      expect(bytes.includes('CANARY')).toBe(false)
    }
  })

  it('accepts the wrong scan header of some phones', async () => {
    const photo = await plain(64, 64).jpeg().toBuffer()
    const scan = photo.indexOf(Buffer.from([0xff, 0xda]))
    const lastCoefficient = scan + 2 + photo.readUInt16BE(scan + 2) - 2
    expect(photo[lastCoefficient]).toBe(63)
    photo[lastCoefficient] = 0
    await expect(sharp(photo, { failOn: 'warning' }).raw().toBuffer()).rejects.toThrow('Invalid SOS')
    expect((await pipeline.process(photo)).variants).toHaveLength(3)
  })
})

describe('the queue', () => {
  it('works on a few, lets a few wait and sends the rest away at once', async () => {
    const small = open({ concurrency: 1, queueLimit: 2 })
    const source = await plain(100, 100).png().toBuffer()
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => small.process(source)))
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ])
    expect(results[4]).toMatchObject({ reason: { code: 'unavailable', retryAfterSeconds: 1 } })
    expect((await small.process(source)).variants).toHaveLength(3)
  })

  it('lets a caller leave, working or waiting, and goes on with the next', async () => {
    const small = open({ concurrency: 1, queueLimit: 5 })
    const source = await plain(100, 100).png().toBuffer()
    const caller = new AbortController()
    const left = [small.process(source, caller.signal), small.process(source, caller.signal)]
    const stays = small.process(source)
    caller.abort()
    for (const one of left) await expect(one).rejects.toMatchObject({ code: 'deadline' })
    expect((await stays).variants).toHaveLength(3)
    await expect(small.process(source, AbortSignal.abort(new AppError('unavailable')))).rejects.toMatchObject(
      { code: 'unavailable' },
    )
  })
})
