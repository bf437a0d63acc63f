import { z } from 'zod'
import { countCharacters } from '#shared/domain/transcript/text.ts'
import { INPUT_FORMATS } from '#shared/domain/transcript-formats.ts'
import { invalidInput } from '#shared/errors.ts'
import { bodySubject } from '#shared/http/subject.ts'
import { cleanTitle } from './title.ts'

const MAX_TITLE_CHARACTERS = 200
const MAX_DURATION_SECONDS = 3_600_000

/** A title as it is kept: cleaned, 1..200 characters. */
export const Title = z
  .string()
  .max(4 * MAX_TITLE_CHARACTERS) // a character has up to two units, and cleaning drops some
  .transform(cleanTitle)
  .pipe(
    z
      .string()
      .min(1, 'must not be blank')
      .refine(
        (title) => countCharacters(title) <= MAX_TITLE_CHARACTERS,
        `must have at most ${MAX_TITLE_CHARACTERS} characters`,
      ),
  )

/** Body of POST /. */
export const TranscriptRequest = z.strictObject({
  ...bodySubject,
  /** The document itself, in `format`; or telegramFileId. */
  text: z.string().optional(),
  telegramFileId: z.string().min(1).max(256).optional(),
  format: z.enum(INPUT_FORMATS),
  title: Title.optional(),
  language: z
    .string()
    .max(35)
    .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'must be an IETF language tag')
    .optional(),
  durationSeconds: z.number().min(0).max(MAX_DURATION_SECONDS).optional(),
})
export type TranscriptRequest = z.infer<typeof TranscriptRequest>

/** The document itself, or where Telegram keeps it. */
export type TextSource = { text: string } | { telegramFileId: string }

/** @throws AppError invalid_input unless exactly one of text and telegramFileId is given */
export const sourceOf = (body: TranscriptRequest): TextSource => {
  const { text, telegramFileId } = body
  if (text !== undefined && telegramFileId === undefined) return { text }
  if (telegramFileId !== undefined && text === undefined) return { telegramFileId }
  throw invalidInput('Send text or telegramFileId, one of them.', [
    { path: 'text', message: text === undefined ? 'is missing' : 'stands beside telegramFileId' },
  ])
}
