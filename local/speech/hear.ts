import { createHash } from 'node:crypto'
import { sniffAudio } from '#shared/domain/audio/sniff-audio.ts'
import { wordsInOgg } from './ogg.ts'
import { wordsInWav } from './wav.ts'

/** What is heard where a file holds no words of its own. */
const SENTENCES = {
  ru: [
    'Добрый день, это запись для расшифровки.',
    'Давайте начнём с того, что уже сделано.',
    'На этой неделе мы закончили первый раздел.',
    'Следующая встреча будет во вторник в десять.',
    'Пришлите, пожалуйста, смету до пятницы.',
    'Я посмотрю и отвечу сегодня вечером.',
    'Спасибо, на этом всё.',
  ],
  en: [
    'Good afternoon, this is a recording to be transcribed.',
    'Let us begin with what is done already.',
    'This week we have finished the first part.',
    'The next meeting is on Tuesday at ten.',
    'Please send the estimate by Friday.',
    'I will look at it and answer tonight.',
    'Thank you, that is all.',
  ],
} as const

export type HeardSegment = { id: number; start: number; end: number; text: string }
/** `verbose_json` as OpenAI's API gives it. */
export type HeardText = {
  task: 'transcribe'
  language: string
  duration: number
  text: string
  segments: HeardSegment[]
}

const NAME_OF = { ru: 'russian', en: 'english' } as const

const inventWords = (bytes: Buffer, language: 'ru' | 'en'): string => {
  const sentences = SENTENCES[language]
  const digest = createHash('sha256').update(bytes).digest()
  // each sentence at most once, in an order and number that the file decides
  const order = sentences.map((sentence, index) => ({ sentence, rank: digest[index] ?? 0 }))
  order.sort((one, other) => one.rank - other.rank)
  return order
    .slice(0, 3 + ((digest[31] ?? 0) % 3))
    .map(({ sentence }) => sentence)
    .join(' ')
}

const toMilliseconds = (seconds: number): number => Math.round(seconds * 1_000) / 1_000

/** A segment for each sentence, spread evenly over the recording. */
const toSegments = (text: string, seconds: number): HeardSegment[] => {
  const sentences =
    text
      .match(/[^.!?…\n]+[.!?…]*/g)
      ?.map((one) => one.trim())
      .filter((one) => one !== '') ?? []
  return sentences.map((sentence, index) => ({
    id: index,
    start: toMilliseconds((index * seconds) / sentences.length),
    end: toMilliseconds(((index + 1) * seconds) / sentences.length),
    // as Whisper writes them
    text: ` ${sentence}`,
  }))
}

/**
 * What the simulator hears: the words in a file's own comment, or sentences that its bytes choose. The same file is always heard the same.
 * Undefined for what is no recording.
 */
export const hear = (bytes: Buffer, wanted: string | undefined): HeardText | undefined => {
  const info = sniffAudio(bytes)
  if (!info) return undefined
  const given =
    info.format === 'ogg' ? wordsInOgg(bytes) : info.format === 'wav' ? wordsInWav(bytes) : undefined
  const isRussian =
    wanted === 'ru' || (wanted === undefined && (given === undefined || /[а-яё]/i.test(given)))
  const language = isRussian ? 'ru' : 'en'
  const text = given ?? inventWords(bytes, language)
  const duration = toMilliseconds(info.seconds ?? 3)
  return {
    task: 'transcribe',
    language: NAME_OF[language],
    duration,
    text,
    segments: toSegments(text, duration),
  }
}
