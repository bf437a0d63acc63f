import { hasText } from './bytes.ts'
import { flacSeconds, mp4Seconds, oggSeconds, wavSeconds, webmSeconds } from './containers.ts'
import { mp3Seconds, mp3Start } from './mp3.ts'

/** `mp4` is also what M4A and Telegram's round videos are. */
export type AudioFormat = 'ogg' | 'mp3' | 'mp4' | 'wav' | 'flac' | 'webm'

export type AudioInfo = {
  format: AudioFormat
  /** How long it lasts as its own bytes tell; undefined where they do not. */
  seconds: number | undefined
}

export const CONTENT_TYPE_OF: Readonly<Record<AudioFormat, string>> = {
  ogg: 'audio/ogg',
  mp3: 'audio/mpeg',
  mp4: 'audio/mp4',
  wav: 'audio/wav',
  flac: 'audio/flac',
  webm: 'audio/webm',
}

/** What recognisers know these files by. */
export const EXTENSION_OF: Readonly<Record<AudioFormat, string>> = {
  ogg: 'ogg',
  mp3: 'mp3',
  mp4: 'm4a',
  wav: 'wav',
  flac: 'flac',
  webm: 'webm',
}

const SECONDS: Readonly<Record<AudioFormat, (bytes: Uint8Array) => number | undefined>> = {
  ogg: oggSeconds,
  mp3: mp3Seconds,
  mp4: mp4Seconds,
  wav: wavSeconds,
  flac: flacSeconds,
  webm: webmSeconds,
}

/** Pictures come in the same container. */
const PICTURES = ['heic', 'heix', 'hevc', 'mif1', 'msf1', 'avif', 'avis', 'crx ']

const formatOf = (bytes: Uint8Array): AudioFormat | undefined => {
  if (hasText(bytes, 'OggS')) return 'ogg'
  if (hasText(bytes, 'RIFF') && hasText(bytes, 'WAVE', 8)) return 'wav'
  if (hasText(bytes, 'fLaC')) return 'flac'
  if (hasText(bytes, 'ftyp', 4)) return PICTURES.some((brand) => hasText(bytes, brand, 8)) ? undefined : 'mp4'
  if (hasText(bytes, '\x1a\x45\xdf\xa3')) return 'webm'
  return mp3Start(bytes) === undefined ? undefined : 'mp3'
}

/**
 * Tells a recording by its first bytes, never by a name or a declared type, and how long it lasts by its headers: cheap, and whatever was said
 * before. Undefined for anything else. Never throws.
 */
export const sniffAudio = (bytes: Uint8Array): AudioInfo | undefined => {
  const format = formatOf(bytes)
  if (format === undefined) return undefined
  let seconds: number | undefined
  try {
    seconds = SECONDS[format](bytes)
  } catch {
    // a header that leads beyond the end of the file
  }
  return { format, seconds: seconds !== undefined && seconds > 0 && seconds < 1e7 ? seconds : undefined }
}
