import { formatTime, readCues } from './cues.ts'
import { makeSegment, type Segment, type TimedSegment } from './segment.ts'

/** Reads a SubRip file of normalised text. Throws `invalid_input` naming the line. */
export const parseSrt = (text: string): Segment[] =>
  readCues(text.split('\n'), 0, () => false).flatMap((cue) => makeSegment(cue, `Line ${cue.line}`) ?? [])

/** SubRip has no way to write an arrow as text, and a line of times in a text would start a cue. */
const escapeArrows = (text: string): string => text.replaceAll('-->', '→')

/** Writes a SubRip file; who speaks stands before the text, as subtitlers do. */
export const renderSrt = (segments: readonly TimedSegment[]): string =>
  segments
    .map(({ start, end, speaker, text }, index) => {
      const times = `${formatTime(start, ',')} --> ${formatTime(end, ',')}`
      return `${index + 1}\n${times}\n${escapeArrows(speaker ? `${speaker}: ${text}` : text)}\n`
    })
    .join('\n')
