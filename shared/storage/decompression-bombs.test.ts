import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { makeGreyProfile, makeLookUpProfile } from './icc-bytes.testing.ts'
import { makeScans } from './jpeg-bytes.testing.ts'
import { makePng, pngChunk } from './png-bytes.testing.ts'

const MEASURE = fileURLToPath(new URL('./measure-decode.testing.ts', import.meta.url))
const Measured = z.strictObject({ outcome: z.string(), peakBytes: z.number(), cpuMs: z.number() })

/** Decodes in a process of its own, whose memory nothing else fills. */
const measure = async (bytes: Buffer): Promise<z.infer<typeof Measured>> => {
  const child = spawn(process.execPath, [MEASURE], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(bytes)
  return Measured.parse(JSON.parse(await text(child.stdout)))
}

const zeros = (bytes: number): Buffer => deflateSync(Buffer.alloc(bytes), { level: 9 })
const plain = (side: number, channels: 3 | 4 = 3) =>
  sharp({
    create: { width: side, height: side, channels, background: { r: 9, g: 99, b: 199, alpha: 0.5 } },
  })
type Costly = {
  depth?: 8 | 16
  colourType: 0 | 2 | 4 | 6
  before?: readonly Buffer[]
  isInterlaced?: boolean
}

/** Where each of the seven pictures of an interlaced one begins, and its steps (PNG 3rd edition, 8.1). */
const ADAM7 = [
  [0, 8, 0, 8],
  [4, 8, 0, 8],
  [0, 4, 4, 8],
  [2, 4, 0, 4],
  [0, 2, 2, 4],
  [1, 2, 0, 2],
  [0, 1, 1, 2],
] as const
const ONE_PASS = [[0, 1, 0, 1]] as const

/** Every row goes through the filter that costs most (Paeth; PNG 3rd edition, 9.2). */
const costly = (
  megapixels: number,
  { depth = 8, colourType, before = [], isInterlaced = false }: Costly,
): Buffer => {
  const side = Math.floor(Math.sqrt(megapixels * 1e6))
  const bytesOfPixel = { 0: 1, 2: 3, 4: 2, 6: 4 }[colourType] * (depth / 8)
  const passes = (isInterlaced ? ADAM7 : ONE_PASS).map(([left, across, top, down]) => {
    const bytesOfRow = 1 + Math.ceil((side - left) / across) * bytesOfPixel
    const rows = Buffer.alloc(bytesOfRow * Math.ceil((side - top) / down), 0x55)
    for (let at = 0; at < rows.length; at += bytesOfRow) rows[at] = 4
    return rows
  })
  const pixels = deflateSync(Buffer.concat(passes), { level: 9 })
  return makePng({ width: side, height: side, depth, colourType, isInterlaced }, { before, pixels })
}
const small = { width: 50, height: 50 }
/** Each unpacks to a little less than the 8 MB at which libpng stops. */
const texts = (type: 'zTXt' | 'iTXt', count: number): Buffer[] => {
  const packed = zeros(7_900_000)
  const marks = type === 'zTXt' ? '\0\0' : '\0\x01\0\0\0'
  return Array.from({ length: count }, (_, i) =>
    pngChunk(type, Buffer.concat([Buffer.from(`x${i}${marks}`, 'latin1'), packed])),
  )
}
const iccp = (packed: Buffer): Buffer =>
  pngChunk('iCCP', Buffer.concat([Buffer.from('x\0\0', 'latin1'), packed]))
const profile = (bytes: number): Buffer => iccp(zeros(bytes))
const lookUps = [iccp(deflateSync(makeLookUpProfile()))]
const greys = [iccp(deflateSync(makeGreyProfile()))]

describe('a file that unpacks to far more than itself costs below 100 MB and 1 s of a core', () => {
  test.each<[string, () => Buffer | Promise<Buffer>, string]>([
    [
      'a hundred bytes that claim 65,535 x 65,535',
      () => makePng({ width: 65_535, height: 65_535 }, { pixels: zeros(9) }),
      'unprocessable_media',
    ],
    [
      '49 megapixels in 6 kB',
      () => plain(7_000).png({ palette: true, colours: 2 }).toBuffer(),
      'unprocessable_media',
    ],
    [
      'a palette as large as is let in',
      () => plain(4_080).png({ palette: true, colours: 2 }).toBuffer(),
      'decoded',
    ],
    ['49 megapixels with transparency', () => plain(7_000, 4).png().toBuffer(), 'unprocessable_media'],
    [
      '16 bits a channel',
      () => plain(5_000, 4).toColourspace('rgb16').png().toBuffer(),
      'unprocessable_media',
    ],
    ['rows of grey', () => costly(25, { colourType: 0 }), 'decoded'],
    ['rows of grey with transparency', () => costly(12.5, { colourType: 4 }), 'decoded'],
    ['rows of colour', () => costly(16.66, { colourType: 2 }), 'decoded'],
    ['rows of colour with transparency', () => costly(10, { colourType: 6 }), 'decoded'],
    ['rows of grey in 16 bits', () => costly(12.5, { depth: 16, colourType: 0 }), 'decoded'],
    [
      'rows of grey with transparency in 16 bits',
      () => costly(6.25, { depth: 16, colourType: 4 }),
      'decoded',
    ],
    ['rows of colour in 16 bits', () => costly(8.33, { depth: 16, colourType: 2 }), 'decoded'],
    ['rows of colour with transparency in 16 bits', () => costly(5, { depth: 16, colourType: 6 }), 'decoded'],
    [
      'with a profile that each colour is looked up in',
      () => costly(16.66, { colourType: 2, before: lookUps }),
      'decoded',
    ],
    [
      'the same with transparency in 16 bits',
      () => costly(5, { depth: 16, colourType: 6, before: lookUps }),
      'decoded',
    ],
    ['grey with a profile', () => costly(25, { colourType: 0, before: greys }), 'decoded'],
    ['grey with transparency and a profile', () => costly(12.5, { colourType: 4, before: greys }), 'decoded'],
    ['a row more than is let in', () => costly(5.01, { depth: 16, colourType: 6 }), 'unprocessable_media'],
    [
      '49 megapixels of a photo with transparency',
      () => plain(7_000, 4).webp({ effort: 0 }).toBuffer(),
      'decoded',
    ],
    ['interlaced', () => plain(7_000).png({ progressive: true }).toBuffer(), 'unprocessable_media'],
    [
      'interlaced, as large as is let in',
      () => plain(3_535).png({ progressive: true }).toBuffer(),
      'decoded',
    ],
    ['interlaced rows of grey', () => costly(18.75, { colourType: 0, isInterlaced: true }), 'decoded'],
    ['of colour', () => costly(12.5, { colourType: 2, isInterlaced: true }), 'decoded'],
    ['of colour with transparency', () => costly(7.5, { colourType: 6, isInterlaced: true }), 'decoded'],
    [
      'of colour with transparency in 16 bits',
      () => costly(3.75, { depth: 16, colourType: 6, isInterlaced: true }),
      'decoded',
    ],
    [
      '49 lossless megapixels in 40 bytes of WebP',
      () => plain(7_000).webp({ lossless: true }).toBuffer(),
      'unprocessable_media',
    ],
    ['a progressive JPEG', () => plain(7_000).jpeg({ progressive: true }).toBuffer(), 'unprocessable_media'],
    [
      'a progressive JPEG as large as is let in',
      () => plain(4_950).jpeg({ progressive: true }).toBuffer(),
      'decoded',
    ],
    ['a JPEG in a thousand scans', () => makeScans(6_000, 6_000, 1_000), 'unprocessable_media'],
    ['a JPEG in as many scans as are let in', () => makeScans(6_000, 6_000, 29), 'decoded'],
    ['200 texts of 8 MB', () => makePng(small, { before: texts('zTXt', 200) }), 'decoded'],
    ['200 international texts of 8 MB', () => makePng(small, { before: texts('iTXt', 200) }), 'decoded'],
    ['a colour profile of 300 MB', () => makePng(small, { before: [profile(300_000_000)] }), 'decoded'],
    [
      '200 colour profiles',
      () => makePng(small, { before: Array<Buffer>(200).fill(profile(7_900_000)) }),
      'decoded',
    ],
    ['600 MB behind a header of 50 x 50', () => makePng(small, { pixels: zeros(600_000_000) }), 'decoded'],
  ])('%s', async (_name, make, outcome) => {
    const bytes = await make()
    expect(bytes.length).toBeLessThan(3_000_000)
    const measured = await measure(bytes)
    expect(measured.outcome).toBe(outcome)
    expect(measured.peakBytes / 1e6).toBeLessThan(100)
    // of processor time: what the clock shows depends on what else runs on the machine
    expect(measured.cpuMs).toBeLessThan(1_000)
  })
})
