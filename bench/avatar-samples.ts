import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'

/** Something like a photo: soft shapes with grain, so that it is neither empty nor noise to an encoder. */
const photo = async (width: number, height: number): Promise<Buffer> => {
  const [w, h] = [24, 18]
  const grain = await sharp({
    create: {
      width: 1_000,
      height: 750,
      channels: 3,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma: 9 },
    },
  })
    .png()
    .toBuffer()
  const shapes = await sharp(randomBytes(w * h * 3), { raw: { width: w, height: h, channels: 3 } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .png({ compressionLevel: 1 })
    .toBuffer()
  return sharp(shapes)
    .composite([{ input: grain, tile: true, blend: 'soft-light' }])
    .png({ compressionLevel: 1 })
    .toBuffer()
}

/** Writes what people send into a folder; gives the paths: a phone's photo of 12 megapixels, a PNG and a WebP of a screen's size. */
export const writeSamples = async (folder: string): Promise<{ photo: string; all: string[] }> => {
  const large = await photo(4_000, 3_000)
  const made = {
    'photo.jpg': await sharp(large).jpeg({ quality: 85 }).withMetadata({ orientation: 6 }).toBuffer(),
    'screen.png': await sharp(large).resize(1_600, 1_200).png().toBuffer(),
    'screen.webp': await sharp(large).resize(1_600, 1_200).webp().toBuffer(),
  }
  for (const [name, bytes] of Object.entries(made)) writeFileSync(join(folder, name), bytes)
  return { photo: join(folder, 'photo.jpg'), all: Object.keys(made).map((name) => join(folder, name)) }
}
