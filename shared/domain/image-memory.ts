/** Components and how finely each is sampled, as a frame header names them (ITU T.81, B.2.2). */
const samplesPerPixel = (view: DataView, frameAt: number, count: number): number => {
  const factors = Array.from({ length: count }, (_, index) => {
    const both = view.getUint8(frameAt + 11 + 3 * index)
    return { across: both >>> 4, down: both & 15 }
  })
  const most = Math.max(...factors.map(({ across }) => across)) * Math.max(...factors.map(({ down }) => down))
  const sum = factors.reduce((total, { across, down }) => total + across * down, 0)
  return most > 0 ? sum / most : count
}

/** Components of the first scan after the frame header; undefined where the segments between cannot be walked cleanly. */
const componentsOfScan = (view: DataView, from: number): number | undefined => {
  let at = from
  while (at + 5 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1)
    if (marker === 0xda) return view.getUint8(at + 4)
    if (marker === 0xff) at += 1
    else at += 2 + view.getUint16(at + 2)
  }
  return undefined
}

/**
 * Bytes that decoding a JPEG takes. One whose first scan holds all components is decoded row by row, reduced as it comes: next to nothing.
 * A progressive one, and any in several scans, is kept whole as coefficients of two bytes. What cannot be told counts as the latter.
 * `frameAt` is where the frame header's marker stands.
 */
export const jpegMemory = (view: DataView, frameAt: number): number => {
  const pixels = view.getUint16(frameAt + 5) * view.getUint16(frameAt + 7)
  const count = frameAt + 10 <= view.byteLength ? view.getUint8(frameAt + 9) : 4
  const end = frameAt + 2 + view.getUint16(frameAt + 2)
  if (count < 1 || count > 4 || end > view.byteLength || end < frameAt + 10 + 3 * count) return 8 * pixels
  const marker = view.getUint8(frameAt + 1)
  const isSequential = marker === 0xc0 || marker === 0xc1
  if (isSequential && componentsOfScan(view, end) === count) return 0
  return Math.ceil(2 * pixels * samplesPerPixel(view, frameAt, count))
}

/** Transparency is multiplied in, taken out again, and stored on its own. */
const TRANSPARENCY = 2

/** Channels of each colour type, palettes resolved (PNG 3rd edition, 11.2.1); grey becomes colour by its profile, grey with transparency is worked on almost like colour. */
const PNG_CHANNELS: Readonly<Record<number, number>> = {
  0: 2,
  2: 3,
  3: 3,
  4: 2 + TRANSPARENCY,
  6: 3 + TRANSPARENCY,
}

/** A byte of a row takes some 9 ns of processor to unpack, unfilter and scale, at worst: with these weights the limit keeps room below a second. */
const WEIGHT_OF_ROWS = 1.5
const WEIGHT_INTERLACED = 2

/**
 * Bytes of a PNG's pixels, unpacked. No decoder can leave one of them out, so they are weighed by the time they take. One that comes row by
 * row takes little memory; an interlaced one is kept whole as colour with transparency, whatever it is. `isTransparent` for one with a
 * `tRNS` chunk.
 */
export const pngWork = (view: DataView, isTransparent: boolean): number => {
  const samples = view.getUint32(16) * view.getUint32(20) * (view.getUint8(24) > 8 ? 2 : 1)
  const channels = (PNG_CHANNELS[view.getUint8(25)] ?? 5) + (isTransparent ? TRANSPARENCY : 0)
  if (view.getUint8(28) === 0) return WEIGHT_OF_ROWS * samples * channels
  return samples * Math.max(4, WEIGHT_INTERLACED * channels)
}

/** A lossless picture is kept whole, four bytes a pixel; of a lossy one only its transparency is. */
export const webpMemory = (pixels: number, kinds: ReadonlySet<string>): number => {
  if (kinds.has('VP8L')) return 4 * pixels
  return kinds.has('ALPH') ? pixels : 0
}
