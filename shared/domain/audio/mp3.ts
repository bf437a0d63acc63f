import { hasText, viewOf } from './bytes.ts'

/** Samples a second and kilobits a second by the header's bits (ISO 11172-3, 13818-3), layer III. */
const RATES = [44_100, 48_000, 32_000] as const
const BITRATES_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320] as const
const BITRATES_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160] as const

type Frame = { bytes: number; samples: number; rate: number }

const readFrame = (bytes: Uint8Array, at: number): Frame | undefined => {
  if (at + 4 > bytes.length) return undefined
  const header = viewOf(bytes).getUint32(at)
  const version = (header >>> 19) & 3
  // eleven bits of sync, layer III, and values that are not reserved
  if (header >>> 21 !== 0x7ff || version === 1 || ((header >>> 17) & 3) !== 1) return undefined
  const kilobits = (version === 3 ? BITRATES_1 : BITRATES_2)[(header >>> 12) & 15]
  const base = RATES[(header >>> 10) & 3]
  if (!kilobits || !base) return undefined
  const rate = version === 3 ? base : version === 2 ? base / 2 : base / 4
  const samples = version === 3 ? 1_152 : 576
  const padding = (header >>> 9) & 1
  return { bytes: Math.floor((samples / 8) * ((kilobits * 1_000) / rate)) + padding, samples, rate }
}

/** Where the sound begins, behind an ID3 tag; undefined for what is no MP3: two frames must follow one another. */
export const mp3Start = (bytes: Uint8Array): number | undefined => {
  let at = 0
  if (hasText(bytes, 'ID3') && bytes.length > 10) {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(6, 10)
    at = 10 + (((a & 127) << 21) | ((b & 127) << 14) | ((c & 127) << 7) | (d & 127))
    if (at >= bytes.length) return undefined
  }
  const first = readFrame(bytes, at)
  if (!first) return undefined
  const next = at + first.bytes
  // one that ends with its first frame lasts 26 ms, and is as good as none
  return readFrame(bytes, next) ? at : undefined
}

/** Frame by frame, since bitrates may vary: a jump of some hundred bytes for each. */
export const mp3Seconds = (bytes: Uint8Array): number | undefined => {
  let at = mp3Start(bytes)
  if (at === undefined) return undefined
  let seconds = 0
  for (let frame = readFrame(bytes, at); frame; frame = readFrame(bytes, at)) {
    seconds += frame.samples / frame.rate
    at += frame.bytes
  }
  return seconds
}
