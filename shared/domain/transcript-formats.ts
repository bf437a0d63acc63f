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

/**
 * `maxLineCharacters` holds for lines of segments only: subtitles are shown line by line, whereas recognisers write a plain text of hours in
 * a single one.
 */
export type TranscriptLimits = { maxCharacters: number; maxSegments: number; maxLineCharacters: number }

/** `segments` is empty for a text without structure; `text` is always the whole, normalised. */
export type ParsedTranscript = { segments: Segment[]; text: string }

const read = (text: string, format: InputFormat): ParsedTranscript => {
  if (format === 'json') return parseJson(text)
  const normal = normaliseText(text)
  if (format === 'text') return { segments: [], text: normal }
  const segments = format === 'srt' ? parseSrt(normal) : parseVtt(normal)
  return { segments, text: joinSegments(segments) }
}

const tooLarge = (detail: string): AppError => new AppError('too_large', { detail })

const checkLimits = ({ text, segments }: ParsedTranscript, limits: TranscriptLimits): void => {
  const { maxCharacters, maxSegments, maxLineCharacters } = limits
  if (segments.length > maxSegments) throw tooLarge(`A transcript has at most ${maxSegments} segments.`)
  const inSegments = segments.reduce(
    (sum, segment) => sum + countCharacters(segment.text) + countCharacters(segment.speaker ?? ''),
    0,
  )
  if (Math.max(countCharacters(text), inSegments) > maxCharacters) {
    throw tooLarge(`A transcript has at most ${maxCharacters} characters.`)
  }
  const isLong = (line: string): boolean => line.length > maxLineCharacters
  const long = segments.findIndex((one) => isLong(one.text) && one.text.split('\n').some(isLong))
  if (long >= 0) {
    throw tooLarge(`Segment ${long + 1} has a line of more than ${maxLineCharacters} characters.`)
  }
}

/**
 * Reads a transcript.
 * @throws AppError invalid_input when it is empty (`reason` empty) or not of that format (naming the line), too_large beyond a limit, in
 *   the text or in the segments together
 */
export const parseTranscript = (
  text: string,
  format: InputFormat,
  limits: TranscriptLimits,
): ParsedTranscript => {
  const parsed = read(text, format)
  if (parsed.text.trim() === '') {
    throw new AppError('invalid_input', { detail: 'The transcript is empty.', extra: { reason: 'empty' } })
  }
  checkLimits(parsed, limits)
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
