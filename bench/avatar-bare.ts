/**
 * Bare sharp in a process of its own: the same three pictures as the function makes, and nothing around it. Told over IPC what to do;
 * answers with how many it made.
 */
import { readFileSync } from 'node:fs'
import sharp from 'sharp'

/** Each picture from the source, as sharp's documentation shows; or all from one decoded square, as the function does. */
export type Way = 'each from the source' | 'decoded once'
export type BareOrder = { picture: string; way: Way; workers: number; seconds: number }
export type BareResult = { perSecond: number; cpuMs: number; peakBytes: number }

const SIZES = [512, 256, 64]

sharp.cache(false)
sharp.concurrency(1)

const webp = (data: Buffer, side: number, size: number): Promise<Buffer> =>
  sharp(data, { raw: { width: side, height: side, channels: 3 } })
    .resize(size, size)
    .webp({ quality: 82, effort: 4 })
    .toBuffer()

const makeEach = async (bytes: Buffer): Promise<void> => {
  for (const size of SIZES) {
    await sharp(bytes)
      .autoOrient()
      .resize(size, size, { fit: 'cover', position: sharp.strategy.attention })
      .webp({ quality: 82, effort: 4 })
      .toBuffer()
  }
}

const makeOnce = async (bytes: Buffer): Promise<void> => {
  const square = await sharp(bytes, { sequentialRead: true })
    .autoOrient()
    .resize(512, 512, { fit: 'cover', position: sharp.strategy.attention })
    .toColourspace('srgb')
    .raw()
    .toBuffer()
  for (const size of SIZES) await webp(square, 512, size)
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
