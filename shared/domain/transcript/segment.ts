import { invalidInput } from '#shared/errors.ts'
import { normaliseText } from './text.ts'

/** A piece of a recording: times in seconds from its start, to the millisecond. */
export type Segment = { start?: number; end?: number; speaker?: string; text: string }

export type TimedSegment = Segment & { start: number; end: number }

/** No time reaches it: subtitles have up to three digits for hours. */
export const MAX_SECONDS = 3_600_000

export const isTimed = (segment: Segment): segment is TimedSegment =>
  segment.start !== undefined && segment.end !== undefined

const toMilliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000

/**
 * Blank lines would end a cue in a subtitle file, and space around it means nothing: speech recognisers begin
 * with one.
 */
const cleanText = (text: string): string =>
  normaliseText(text)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .join('\n')
    .trim()

const cleanSpeaker = (speaker: string): string => normaliseText(speaker).split(/\s+/).join(' ').trim()

type RawSegment = {
  start?: number | null | undefined
  end?: number | null | undefined
  speaker?: string | null | undefined
  text: string
}

/**
 * A segment in its one normal form; `undefined` when it says nothing. `where` names its place for
 * `invalid_input`.
 */
export const makeSegment = (raw: RawSegment, where: string): Segment | undefined => {
  const text = cleanText(raw.text)
  if (text === '') return undefined
  const segment: Segment = { text }
  if (typeof raw.start === 'number') segment.start = toMilliseconds(raw.start)
  if (typeof raw.end === 'number') segment.end = toMilliseconds(raw.end)
  if (isTimed(segment) && segment.end < segment.start)
    throw invalidInput(`${where}: it ends before it starts.`)
  const speaker = cleanSpeaker(raw.speaker ?? '')
  if (speaker !== '') segment.speaker = speaker
  return segment
}

/** The segments as one text, a line or more for each. */
export const joinSegments = (segments: readonly Segment[]): string =>
  segments.map(({ text }) => text).join('\n')
