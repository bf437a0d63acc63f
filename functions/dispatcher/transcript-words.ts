import { z } from 'zod'
import { encodeCallback } from '#shared/domain/callback-data.ts'
import type { Keyboard } from '#shared/telegram/outgoing.ts'
import type { Chat } from './chat.ts'

/** What transcript-save answers, as far as the screens show it. */
export const Transcript = z.looseObject({
  id: z.string(),
  title: z.string().nullable(),
  characters: z.int(),
  createdAt: z.string(),
})
export type Transcript = z.infer<typeof Transcript>

export const Transcripts = z.looseObject({
  items: z.array(Transcript),
  nextCursor: z.string().nullable(),
})

const Segment = z.object({
  start: z.number().exactOptional(),
  end: z.number().exactOptional(),
  speaker: z.string().exactOptional(),
  text: z.string(),
})
const WholeTranscript = z.looseObject({
  transcript: Transcript,
  text: z.string(),
  segments: z.array(Segment),
})
export type WholeTranscript = z.infer<typeof WholeTranscript>

/** @throws AppError transcript_not_found, unavailable */
export const readTranscript = (chat: Chat, id: string): Promise<WholeTranscript> =>
  chat.call(
    { functionName: 'transcript-save', method: 'GET', path: `/${id}?userId=${chat.person.user.id}` },
    WholeTranscript,
  )

type Shown = Pick<Transcript, 'id' | 'title'>

/** A button that shows a transcript in the place of the list. */
export const openButton = (chat: Chat, { id, title }: Shown): Keyboard[number][number] => ({
  text: chat.say('transcript-open', { title: title ?? '…' }),
  data: encodeCallback({ kind: 'transcript', id }),
})

/** The same below a message that is to stay. */
export const openBelow = (chat: Chat, { id, title }: Shown): Keyboard[number][number] => ({
  text: chat.say('transcript-open', { title: title ?? '…' }),
  data: encodeCallback({ kind: 'transcript', id, isBelow: true }),
})

/** A button that takes back a question of ours. */
export const cancelButton = (chat: Chat): Keyboard[number][number] => ({
  text: chat.say('button-cancel'),
  data: encodeCallback({ kind: 'cancel' }),
})
