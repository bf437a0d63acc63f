import { z } from 'zod'
import { type FieldError, invalidInput } from '#shared/errors.ts'
import { joinSegments, MAX_SECONDS, makeSegment, type Segment } from './segment.ts'
import { normaliseText } from './text.ts'

const Seconds = z.number().min(0).lt(MAX_SECONDS).nullish()
const Segments = z.array(
  z.object({ start: Seconds, end: Seconds, speaker: z.string().nullish(), text: z.string() }),
)
/** What speech recognisers of the Whisper family write; members we know nothing of are passed over. */
const Document = z.object({ text: z.string().optional(), segments: Segments.optional() })

const MAX_COMPLAINTS = 5

const check = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const errors: FieldError[] = result.error.issues
    .slice(0, MAX_COMPLAINTS)
    .map(({ path, message }) => ({ path: path.join('.'), message }))
  throw invalidInput(
    'The JSON is no transcript: an array of segments, {"segments":[...]} or {"text":"..."}.',
    errors,
  )
}

/**
 * V8 says for most mistakes where it stopped, as `position 12`, and may quote the text: only the number is
 * taken.
 */
const lineOfSyntaxError = (text: string, error: unknown): number | undefined => {
  const position = error instanceof SyntaxError ? /position (\d+)/.exec(error.message)?.[1] : undefined
  return position === undefined ? undefined : text.slice(0, Number(position)).split('\n').length
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    const line = lineOfSyntaxError(text, error)
    throw invalidInput(
      line === undefined ? 'The text is no valid JSON.' : `Line ${line}: the text is no valid JSON.`,
    )
  }
}

/**
 * Reads a JSON transcript; its own `text` wins over that of the segments. Throws `invalid_input` naming line
 * or member.
 */
export const parseJson = (source: string): { segments: Segment[]; text: string } => {
  const raw = parse(source.startsWith('\ufeff') ? source.slice(1) : source)
  const document = Array.isArray(raw) ? { segments: check(Segments, raw) } : check(Document, raw)
  const list = document.segments ?? []
  const segments = list.flatMap((segment, index) => makeSegment(segment, `Segment ${index + 1}`) ?? [])
  const text = 'text' in document ? document.text : undefined
  return { segments, text: text === undefined ? joinSegments(segments) : normaliseText(text) }
}

export const renderJson = (segments: readonly Segment[], text: string): string =>
  JSON.stringify({ text, segments })
