import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeVoice, wordsInOgg } from '../../../local/speech/ogg.ts'
import { makeWav, wordsInWav } from '../../../local/speech/wav.ts'
import { clockTime } from './clock-time.ts'
import { sniffAudio } from './sniff-audio.ts'

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1')
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
const box = (kind: string, body: Buffer): Buffer => Buffer.concat([u32(body.length + 8), ascii(kind), body])

/** `moov/mvhd` behind the sound, as recorders write it: version, flags, two times, scale, duration. */
const mp4 = (brand: string, seconds: number): Buffer =>
  Buffer.concat([
    box('ftyp', ascii(`${brand}\0\0\0\0`)),
    box('mdat', Buffer.alloc(500)),
    box('moov', box('mvhd', Buffer.concat([u32(0), u32(0), u32(0), u32(1_000), u32(seconds * 1_000)]))),
  ])

/** STREAMINFO: 44,100 samples a second. */
const flac = (samples: number): Buffer => {
  const info = Buffer.alloc(34)
  info.writeUInt32BE(((44_100 << 12) | 0x1f0) >>> 0, 10)
  info.writeUInt32BE(samples, 14)
  return Buffer.concat([ascii('fLaC'), Buffer.from([0x80, 0, 0, 34]), info])
}

/** EBML head, Segment of unknown size, Info with a scale of a millisecond and a duration as a double. */
const webm = (milliseconds: number): Buffer => {
  const duration = Buffer.alloc(8)
  duration.writeDoubleBE(milliseconds)
  const info = Buffer.concat([
    Buffer.from([0x2a, 0xd7, 0xb1, 0x83, 0x0f, 0x42, 0x40]),
    Buffer.from([0x44, 0x89, 0x88]),
    duration,
  ])
  return Buffer.concat([
    Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 0x84, 0x42, 0x86, 0x81, 0x01]),
    Buffer.from([0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    Buffer.from([0x15, 0x49, 0xa9, 0x66, 0x80 | info.length]),
    info,
  ])
}

/** Frames of MPEG 1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes, 26 ms. */
const mp3 = (frames: number, tag = 0): Buffer => {
  const frame = Buffer.alloc(417)
  frame.writeUInt32BE(0xfffb9000)
  const id3 =
    tag === 0 ? [] : [Buffer.concat([ascii('ID3'), Buffer.from([4, 0, 0, 0, 0, 0, tag]), Buffer.alloc(tag)])]
  return Buffer.concat([...id3, ...Array.from({ length: frames }, () => frame)])
}

describe('a recording is known by its bytes, and says how long it lasts', () => {
  test.each([
    ['Ogg with Opus', makeVoice({ words: 'x', seconds: 65 }), 'ogg', 65],
    ['WAV', makeWav({ words: 'слова', seconds: 7.5 }), 'wav', 7.5],
    ['M4A', mp4('M4A ', 90), 'mp4', 90],
    ['a round video', mp4('isom', 12), 'mp4', 12],
    ['FLAC', flac(441_000), 'flac', 10],
    ['WebM', webm(3_500), 'webm', 3.5],
    ['MP3', mp3(383), 'mp3', 10],
    ['MP3 behind a tag', mp3(383, 100), 'mp3', 10],
  ])('%s', (_, bytes, format, seconds) => {
    const info = sniffAudio(bytes)
    expect(info?.format).toBe(format)
    expect(info?.seconds).toBeCloseTo(seconds, 1)
  })

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a text', Buffer.from('OggX is no recording')],
    ['a PDF', ascii('%PDF-1.7')],
    ['a WebP', Buffer.concat([ascii('RIFF'), u32(100), ascii('WEBPVP8 ')])],
    ['a HEIC picture', mp4('heic', 1)],
    ['an AVIF picture', mp4('avif', 1)],
    ['one frame of MP3', mp3(1)],
    ['a tag and nothing behind it', mp3(0, 50)],
    ['zeros', Buffer.alloc(10_000)],
    ['ones', Buffer.alloc(10_000, 255)],
  ])('%s is none', (_, bytes) => expect(sniffAudio(bytes)).toBeUndefined())

  test('cut anywhere, or with any byte changed, it never throws and takes no time', () => {
    const files = [
      makeVoice({ words: 'x', seconds: 3 }),
      makeWav({ words: 'x', seconds: 0.1 }),
      mp4('M4A ', 9),
      flac(99),
      webm(9),
      mp3(9),
    ]
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.nat(), fc.nat(), fc.nat(255), (file, cut, at, value) => {
        const bytes = Buffer.from(file.subarray(0, cut % (file.length + 1)))
        if (bytes.length > 0) bytes[at % bytes.length] = value
        const info = sniffAudio(bytes)
        return info === undefined || info.seconds === undefined || info.seconds > 0
      }),
      { numRuns: 3_000 },
    )
  })
})

test('the words in the comments of the samples come back', () => {
  const words = 'Слова, 300 знаков длиной. '.repeat(12)
  expect(wordsInOgg(makeVoice({ words, seconds: 1 }))).toBe(words)
  expect(wordsInWav(makeWav({ words, seconds: 1 }))).toBe(words)
})

test.each([
  [0, '0:00'],
  [7.4, '0:07'],
  [59.6, '1:00'],
  [725, '12:05'],
  [3_725, '1:02:05'],
])('%d seconds are %s', (seconds, shown) => expect(clockTime(seconds)).toBe(shown))
