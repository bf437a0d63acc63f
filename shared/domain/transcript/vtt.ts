import { invalidInput } from '#shared/errors.ts'
import { formatTime, readCues } from './cues.ts'
import { makeSegment, type Segment, type TimedSegment } from './segment.ts'

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  lrm: '\u200e',
  rlm: '\u200f',
}

const characterOf = (code: number): string =>
  code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code)

/** Character references as in HTML; an unknown name stays as it is written. */
const readReferences = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(\w{2,4}));/g, (whole, decimal, hex, name) => {
    if (decimal) return characterOf(Number(decimal))
    if (hex) return characterOf(Number.parseInt(hex, 16))
    return NAMED[name] ?? whole
  })

const escapeMarkup = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

type Voice = { speaker?: string; text: string }

const TAG_START = /<(?=[a-zA-Z/\d])/g

/**
 * Splits the text of a cue by its `<v Name>` tags and drops all other tags; a `<` that starts no tag is text.
 * Each step looks for the next `>` only once, so that a text full of `<` takes no longer.
 */
const readVoices = (text: string): Voice[] => {
  const voices: Voice[] = [{ text: '' }]
  const append = (piece: string): void => {
    const last = voices.at(-1)
    if (last) last.text += readReferences(piece)
  }
  let at = 0
  for (const { index } of text.matchAll(TAG_START)) {
    if (index < at) continue
    const close = text.indexOf('>', index)
    if (close < 0) break
    append(text.slice(at, index))
    const tag = text.slice(index + 1, close)
    const voice = /^v(?:\.\S*)?\s+(.*)$/s.exec(tag)
    if (voice?.[1]) voices.push({ speaker: readReferences(voice[1]), text: '' })
    at = close + 1
  }
  append(text.slice(at))
  return voices
}

/** Reads a WebVTT file of normalised text (W3C WebVTT, 4): header, notes, styles and regions are skipped. */
export const parseVtt = (text: string): Segment[] => {
  const lines = text.split('\n')
  if (!/^WEBVTT(?:[ \t]|$)/.test(lines[0] ?? '')) throw invalidInput('Line 1: a VTT file starts with WEBVTT.')
  const header = lines.findIndex((line, index) => index > 0 && (line === '' || line.includes('-->')))
  const cues = readCues(lines, header < 0 ? lines.length : header, (line) =>
    /^(?:NOTE|STYLE|REGION)(?:\s|$)/.test(line),
  )
  return cues.flatMap(({ line, start, end, text: body }) =>
    readVoices(body).flatMap((voice) => makeSegment({ start, end, ...voice }, `Line ${line}`) ?? []),
  )
}

export const renderVtt = (segments: readonly TimedSegment[]): string => {
  const cues = segments.map(({ start, end, speaker, text }) => {
    const voice = speaker ? `<v ${escapeMarkup(speaker)}>` : ''
    return `${formatTime(start, '.')} --> ${formatTime(end, '.')}\n${voice}${escapeMarkup(text)}\n`
  })
  return ['WEBVTT\n', ...cues].join('\n')
}
