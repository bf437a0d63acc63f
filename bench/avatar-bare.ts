/**
 * Bare sharp in a process of its own: the same pictures and thumbhash as the function makes, with the same settings, and nothing around it:
 * no check of the bytes, no time limit. Told over IPC what to do; answers with how many it made.
 */
import { readFileSync } from 'node:fs'
import sharp, { type Sharp } from 'sharp'
import { rgbaToThumbHash } from 'thumbhash'

/** Each picture from the source, as sharp's documentation shows; or all from one decoded square, as the function does. */
export type Way = 'each from the source' | 'decoded once'
export type BareOrder = { picture: string; way: Way; workers: number; seconds: number }
export type BareResult = { perSecond: number; cpuMs: number; peakBytes: number }

const SIZES = [512, 256, 64]
const THUMB = 48

sharp.cache(false)
sharp.concurrency(1)

const hash = async (from: Sharp): Promise<string> => {
  const pixels = await from.ensureAlpha().raw().toBuffer()
  return Buffer.from(rgbaToThumbHash(THUMB, THUMB, pixels)).toString('base64')
}

const square = (bytes: Buffer, size: number): Sharp =>
  sharp(bytes, { sequentialRead: true })
    .autoOrient()
    .resize(size, size, { fit: 'cover', position: sharp.strategy.attention })

const makeEach = async (bytes: Buffer): Promise<void> => {
  for (const size of SIZES) await square(bytes, size).webp({ quality: 82, effort: 4 }).toBuffer()
  await hash(square(bytes, THUMB))
}

const makeOnce = async (bytes: Buffer): Promise<void> => {
  const data = await square(bytes, 512).toColourspace('srgb').raw().toBuffer()
  const from = (): Sharp => sharp(data, { raw: { width: 512, height: 512, channels: 3 } })
  for (const size of SIZES) await from().resize(size, size).webp({ quality: 82, effort: 4 }).toBuffer()
  await hash(from().resize(THUMB, THUMB))
}

const run = async ({ picture, way, workers, seconds }: BareOrder): Promise<BareResult> => {
  const source = readFileSync(picture)
  const make = way === 'decoded once' ? makeOnce : makeEach
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1_000
  let made = 0
  const work = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      await make(source)
      made += 1
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  // the last ones end after the time: they count, with the time that they took
  const perSecond = made / ((performance.now() - startedAt) / 1_000)
  const { user, system } = process.cpuUsage(cpuBefore)
  const cpuMs = (user + system) / 1_000 / made
  return { perSecond, cpuMs, peakBytes: process.resourceUsage().maxRSS * 1024 }
}

process.on('message', (order: BareOrder) => {
  run(order).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      process.stderr.write(`${error}\n`)
      process.exit(1)
    },
  )
})
