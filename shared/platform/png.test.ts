import sharp from 'sharp'
import { expect, test } from 'vitest'
import { encodePng } from './png.ts'

test('a decoder of others finds every pixel again', async () => {
  const [width, height] = [37, 23]
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * 7919) % 256)
  const { data, info } = await sharp(encodePng({ width, height, pixels }))
    .raw()
    .toBuffer({ resolveWithObject: true })
  expect(info).toMatchObject({ width, height, channels: 3 })
  expect(Buffer.compare(data, Buffer.from(pixels))).toBe(0)
})

test('a picture that is not as large as it says is refused', () => {
  expect(() => encodePng({ width: 2, height: 2, pixels: new Uint8Array(11) })).toThrow(RangeError)
  expect(() => encodePng({ width: 0, height: 0, pixels: new Uint8Array() })).toThrow(RangeError)
})
