import { AppError, invalidInput } from '#shared/errors.ts'
import { parseJson, renderJson } from './transcript/json.ts'
import { isTimed, joinSegments, type Segment, type TimedSegment } from './transcript/segment.ts'
import { parseSrt, renderSrt } from './transcript/srt.ts'
import { countCharacters, normaliseText } from './transcript/text.ts'
import { parseVtt, renderVtt } from './transcript/vtt.ts'

export const INPUT_FORMATS = ['text', 'srt', 'vtt', 'json'] as const
export type InputFormat = (typeof INPUT_FORMATS)[number]

export const OUTPUT_FORMATS = ['txt', 'srt', 'vtt', 'json'] as const
export type OutputFormat = (typeof OUTPUT_FORMATS)[number]

export type TranscriptLimits = { maxCharacters: number }

/** The bound where the tariff sets no other. */
const TRANSCRIPT_LIMITS: TranscriptLimits = { maxCharacters: 1_000_000 }

/** `segments` is empty for a text without structure; `text` is always the whole, normalised. */
export type ParsedTranscript = { segments: Segment[]; text: string }

const read = (text: string, format: InputFormat): ParsedTranscript => {
  if (format === 'json') return parseJson(text)
  const normal = normaliseText(text)
  if (format === 'text') return { segments: [], text: normal }
  const segments = format === 'srt' ? parseSrt(normal) : parseVtt(normal)
  return { segments, text: joinSegments(segments) }
}

/**
 * Reads a transcript. Throws `invalid_input` when it is empty or not of that format (naming the line), and
 * `too_large` beyond `maxCharacters` in the text or in the segments together.
 */
export const parseTranscript = (
  text: string,
  format: InputFormat,
  { maxCharacters }: TranscriptLimits = TRANSCRIPT_LIMITS,
): ParsedTranscript => {
  const parsed = read(text, format)
  if (parsed.text.trim() === '') throw invalidInput('The transcript is empty.')
  const inSegments = parsed.segments.reduce(
    (sum, { text, speaker = '' }) => sum + countCharacters(text) + countCharacters(speaker),
    0,
  )
  if (Math.max(countCharacters(parsed.text), inSegments) > maxCharacters) {
    throw new AppError('too_large', { detail: `A transcript has at most ${maxCharacters} characters.` })
  }
  return parsed
}

/** A name before each line where the names are known: a dialogue without them can't be followed. */
const renderText = (segments: readonly Segment[], text: string): string =>
  segments.some(({ speaker }) => speaker)
    ? segments.map(({ speaker, text: line }) => (speaker ? `${speaker}: ${line}` : line)).join('\n')
    : text

const timed = (segments: readonly Segment[]): TimedSegment[] => {
  const withTimes = segments.filter(isTimed)
  if (withTimes.length === 0 || withTimes.length < segments.length) {
    throw invalidInput('This transcript has no times: take it as txt or json.')
  }
  return withTimes
}

/** Writes a transcript as a file. Throws `invalid_input` when subtitles are asked of a text without times. */
export const renderTranscript = (
  segments: readonly Segment[],
  text: string,
  format: OutputFormat,
): { body: string; contentType: string } => {
  switch (format) {
    case 'txt':
      return { body: renderText(segments, text), contentType: 'text/plain; charset=utf-8' }
    case 'srt':
      return { body: renderSrt(timed(segments)), contentType: 'application/x-subrip; charset=utf-8' }
    case 'vtt':
      return { body: renderVtt(timed(segments)), contentType: 'text/vtt; charset=utf-8' }
    case 'json':
      return { body: renderJson(segments, text), contentType: 'application/json; charset=utf-8' }
  }
}
