import { invalidInput } from '#shared/errors.ts'
import { MAX_SECONDS } from './segment.ts'

/** One entry of a subtitle file; `line` is where its times stand, counted from 1. */
export type Cue = { line: number; start: number; end: number; text: string }

const TIME = String.raw`(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?`
const TIMES = new RegExp(String.raw`^${TIME}\s*-->\s*${TIME}(?:\s.*)?$`)
const LOOKS_LIKE_TIMES = /^\s*\d[\d:.,]*\s*-->/

const secondsOf = (parts: (string | undefined)[]): number | undefined => {
  const [hours = '0', minutes = '', seconds = '', fraction = ''] = parts
  if (Number(minutes) > 59 || Number(seconds) > 59) return undefined
  const whole = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return (whole * 1000 + Number(fraction.padEnd(3, '0'))) / 1000
}

const readTimes = (line: string, number: number): { start: number; end: number } => {
  const match = TIMES.exec(line.trim())
  const start = match ? secondsOf(match.slice(1, 5)) : undefined
  const end = match ? secondsOf(match.slice(5, 9)) : undefined
  if (start === undefined || end === undefined) {
    throw invalidInput(`Line ${number}: expected times like 00:00:01,000 --> 00:00:02,500.`)
  }
  if (end < start) throw invalidInput(`Line ${number}: it ends before it starts.`)
  return { start, end }
}

/**
 * From the line after the times to the next blank line, or to the next times where the blank line was
 * forgotten.
 */
const endOfCue = (lines: readonly string[], from: number): number => {
  let at = from
  while (at < lines.length && lines[at] !== '') {
    if (LOOKS_LIKE_TIMES.test(lines[at] ?? ''))
      return at > from && /^\d+$/.test(lines[at - 1] ?? '') ? at - 1 : at
    at += 1
  }
  return at
}

/**
 * Reads the cues of SRT or VTT from normalised lines, from index `from` on. Lenient where programs differ:
 * comma or dot, hours or none, an index, a name or nothing before the times. Throws `invalid_input` naming
 * the line of anything else.
 */
export const readCues = (
  lines: readonly string[],
  from: number,
  isComment: (line: string) => boolean,
): Cue[] => {
  const cues: Cue[] = []
  for (let at = from; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (line === '') continue
    if (isComment(line)) {
      while (at < lines.length && lines[at] !== '') at += 1
      continue
    }
    const hasTitle = !LOOKS_LIKE_TIMES.test(line) && (lines[at + 1] ?? '').includes('-->')
    if (hasTitle) at += 1
    const end = endOfCue(lines, at + 1)
    cues.push({
      line: at + 1,
      ...readTimes(lines[at] ?? '', at + 1),
      text: lines.slice(at + 1, end).join('\n'),
    })
    at = end - 1
  }
  return cues
}

/** `hh:mm:ss` and milliseconds after `separator`; `seconds` is below MAX_SECONDS. */
export const formatTime = (seconds: number, separator: ',' | '.'): string => {
  const milliseconds = Math.round(Math.min(Math.max(seconds, 0), MAX_SECONDS - 0.001) * 1000)
  const pad = (value: number, digits = 2): string => String(Math.trunc(value)).padStart(digits, '0')
  const time = [milliseconds / 3_600_000, (milliseconds / 60_000) % 60, (milliseconds / 1000) % 60].map(
    (part) => pad(part),
  )
  return `${time.join(':')}${separator}${pad(milliseconds % 1000, 3)}`
}
