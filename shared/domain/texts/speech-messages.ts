import { BUTTON, html, POP_UP, plain } from './message-spec.ts'

/** Why no transcript came of a recording, as `recordings.reason` has it. */
const WHY_FAILED = [
  'silent',
  'unreadable',
  'gone',
  'away',
  'too-late',
  'too-long-text',
  'interrupted',
] as const

/** Messages about texts that are written in the chat and recordings that are turned into text. */
export const SPEECH_MESSAGES = {
  minutes: plain(64, { count: 'number' }),
  'button-no-thanks': plain(BUTTON, {}),

  // a text of the chat as a transcript
  'transcript-ask': html({ price: 'text' }),
  'text-offer': html({ characters: 'number', coins: 'number' }),
  'text-offer-changed': html({ coins: 'number' }),
  'text-offer-button': plain(BUTTON, { coins: 'number' }),
  'offer-lost': html({}),
  'offer-taken': plain(POP_UP, {}),

  // a recording as a transcript
  'recording-offer': html({ length: 'line', minutes: 'number', coins: 'number' }),
  'recording-offer-changed': html({ length: 'line', minutes: 'number', coins: 'number' }),
  'recording-offer-short': html({ length: 'line', minutes: 'number', coins: 'number', missing: 'number' }),
  'recording-button': plain(BUTTON, { coins: 'number' }),
  'recording-too-long': html({ minutes: 'number' }),
  'recording-too-large': html({ megabytes: 'number' }),
  'recording-unsuitable': html({}),
  'recording-too-many': html({ count: 'number' }),
  'recording-queued': html({ coins: 'number' }),
  'recording-downloading': html({}),
  'recording-recognising': html({ length: 'line', elapsed: 'line?' }),
  'recording-done': html({
    title: 'line',
    length: 'line',
    characters: 'number',
    coins: 'number',
    balance: 'number',
    text: 'text',
  }),
  'recording-failed': html({ reason: WHY_FAILED }),
  'recording-news': html({ outcome: ['done', 'failed'] }),
  'recording-longer': html({ length: 'line', minutes: 'number', coins: 'number' }),
} as const
