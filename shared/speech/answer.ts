import { z } from 'zod'
import { makeSegment, type Segment } from '#shared/domain/transcript/segment.ts'
import { normaliseText } from '#shared/domain/transcript/text.ts'

/** What a recogniser heard; `text` is '' where there were no words. */
export type Heard = {
  text: string
  segments: Segment[]
  /** An IETF language tag, as far as the server names a language that we know. */
  language: string | null
  /** As the server measured it. */
  durationSeconds: number | null
}

const Seconds = z.number().min(0).max(1_000_000)

/** `response_format=verbose_json`. Servers add members of their own, and leave out what they do not measure. */
const Answer = z.looseObject({
  text: z.string(),
  language: z.string().nullish(),
  duration: z
    .union([
      Seconds,
      z
        .string()
        .regex(/^\d{1,7}(\.\d+)?$/)
        .transform(Number),
    ])
    .nullish(),
  segments: z
    .array(
      z.looseObject({
        start: Seconds.nullish(),
        end: Seconds.nullish(),
        text: z.string(),
        speaker: z.string().nullish(),
      }),
    )
    .nullish(),
})

const TAG = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/

/** Whisper names languages in English ("russian"); others send the tag itself. */
const tagsByName = (): Map<string, string> => {
  const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' })
  const letters = Array.from('abcdefghijklmnopqrstuvwxyz')
  const tags = letters.flatMap((first) => letters.map((second) => first + second))
  return new Map(
    tags.flatMap((tag) => {
      const name = names.of(tag)
      return name === undefined ? [] : [[name.toLowerCase(), tag] as const]
    }),
  )
}

let known: Map<string, string> | undefined

/** A language as a tag; null for a name that nobody knows. */
export const languageTag = (language: string): string | null => {
  if (TAG.test(language)) return language
  known ??= tagsByName()
  return known.get(language.toLowerCase()) ?? null
}

/** An end before its start, or times that run backwards: the words are kept, the times are not believed. */
const toSegment = ({
  start,
  end,
  text,
  speaker,
}: {
  start?: number | null | undefined
  end?: number | null | undefined
  text: string
  speaker?: string | null | undefined
}): Segment | undefined => {
  const areTimesSound = start == null || end == null || end >= start
  return makeSegment({ ...(areTimesSound ? { start, end } : {}), text, speaker }, 'A segment')
}

/**
 * Reads an answer. @throws Error for anything but JSON of that shape, and for words that no text can hold; AppError invalid_input from the
 * segments likewise
 */
export const readAnswer = (body: Buffer): Heard => {
  const { text, segments, language, duration } = Answer.parse(JSON.parse(body.toString('utf8')))
  return {
    text: normaliseText(text).trim(),
    segments: (segments ?? []).flatMap((segment) => toSegment(segment) ?? []),
    language: language == null ? null : languageTag(language),
    durationSeconds: duration ?? null,
  }
}
