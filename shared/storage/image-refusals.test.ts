import { createCipheriv } from 'node:crypto'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { IMAGE_LIMITS } from '#shared/domain/image-policy.ts'
import { AppError } from '#shared/errors.ts'
import { createImagePipeline } from './image-pipeline.ts'

const pipeline = createImagePipeline({
  limits: IMAGE_LIMITS,
  concurrency: 2,
  queueLimit: 10,
  timeoutSeconds: 10,
})

const plain = (width: number, height: number, background = '#3366cc') =>
  sharp({ create: { width, height, channels: 3, background } })

/**
 * A picture that no encoder makes small: every part of its file carries something. The same one every time.
 */
const noisy = (width: number, height: number) => {
  const channels = 3
  const bytes = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
    Buffer.alloc(width * height * channels),
  )
  return sharp(bytes, { raw: { width, height, channels } })
}

const refusal = async (bytes: Uint8Array): Promise<AppError> => {
  const error: unknown = await pipeline.process(bytes).catch((thrown) => thrown)
  if (!(error instanceof AppError)) throw new Error('not refused with an AppError', { cause: error })
  return error
}

describe('what is refused', () => {
  it.each(['jpeg', 'png', 'webp'] as const)('half a %s', async (format) => {
    const whole = await noisy(300, 300).toFormat(format).toBuffer()
    const error = await refusal(whole.subarray(0, whole.length * 0.6))
    expect(error.code).toBe('unprocessable_media')
    expect(error.detail).not.toMatch(/vips/i)
  })

  it.each([
    [1200, 300],
    [300, 1200],
  ])('a JPEG of %s x %s whose last bytes are cut, wherever the crop lies', async (width, height) => {
    const whole = await noisy(width, height).jpeg().toBuffer()
    expect((await refusal(whole.subarray(0, -1000))).code).toBe('unprocessable_media')
  })

  it.each(['jpeg', 'png'] as const)('a %s with a broken middle', async (format) => {
    const bytes = await noisy(600, 600).toFormat(format).toBuffer()
    const middle = bytes.length >> 1
    // a JPEG has no checksum: only impossible bytes show
    bytes.fill('\xff\x03', middle, middle + 2_000, 'latin1')
    const error = await refusal(bytes)
    expect(error.code).toBe('unprocessable_media')
    expect(error.cause).toBeInstanceOf(Error)
  })

  it('a hundred bytes that claim 65,535 x 65,535 pixels, without taking the memory', async () => {
    const bomb = await plain(1, 1).png().toBuffer()
    bomb.writeUInt32BE(65_535, 16)
    bomb.writeUInt32BE(65_535, 20)
    expect(bomb.length).toBeLessThan(150)
    const before = process.memoryUsage().rss
    expect((await refusal(bomb)).code).toBe('unprocessable_media')
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1024 * 1024)
  })

  it.each([
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1:1/x"/></svg>'],
    [
      'SVG after a declaration',
      '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
    ],
    ['PDF', '%PDF-1.7\n'],
    ['HTML', '<!doctype html><p>hi'],
    ['zip', 'PK\x03\x04\x14\0'],
    ['PSD', '8BPS\0\x01'],
    ['HEIC', '\0\0\0\x18ftypheic\0\0\0\0'],
    ['text', 'just words'],
  ])('%s, whatever its name says', async (_, text) => {
    expect((await refusal(Buffer.from(text, 'latin1'))).code).toBe('unsupported_media')
  })

  it.each(['gif', 'tiff', 'avif'] as const)('a real %s', async (format) => {
    expect((await refusal(await plain(20, 20).toFormat(format).toBuffer())).code).toBe('unsupported_media')
  })

  it('animations, long strips and nothing at all', async () => {
    const frames = await sharp(await noisy(20, 60).raw().toBuffer(), {
      raw: { width: 20, height: 60, channels: 3, pageHeight: 20 },
    })
      .webp({ loop: 0, delay: [100, 100, 100] })
      .toBuffer()
    expect((await refusal(frames)).code).toBe('unprocessable_media')
    expect((await refusal(await plain(250, 10).png().toBuffer())).code).toBe('unprocessable_media')
    expect((await refusal(Buffer.alloc(0))).code).toBe('invalid_input')
  })

  it('every other loader, for the whole process', async () => {
    const gif = await plain(20, 20).gif().toBuffer()
    await expect(sharp(gif).metadata()).rejects.toThrow('unsupported image format')
    await expect(sharp(Buffer.from('<svg width="1" height="1"/>')).metadata()).rejects.toThrow(
      'unsupported image format',
    )
  })
})
