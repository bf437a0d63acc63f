import { randomBytes } from 'node:crypto'
import {
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  TimeoutStrategy,
  timeout,
} from 'cockatiel'
import { AppError, unavailable, upstreamFailed } from '#shared/errors.ts'
import { type Heard, readAnswer } from './answer.ts'
import { type Post, type PostAnswer, post as postByNode, TooLongAnswer } from './post.ts'

export type SpeechSettings = {
  /** `/v1/audio/transcriptions` is appended. */
  url: string
  model: string
  key: string | undefined
  /** How long it is left alone after failures in a row; 30 s unless said. */
  restMs?: number
  post?: Post
}

export type SpokenFile = {
  bytes: Buffer
  /** Of our own making: servers look at its extension. */
  fileName: string
  contentType: string
  /** IETF tag, where the speaker's language is known. */
  language?: string | undefined
}

/** A server that turns speech into text, as OpenAI's API has it (whisper.cpp, faster-whisper and others speak it). */
export type SpeechClient = {
  /** Whether it is left alone after failures: what is begun now would fail at once. */
  isResting: () => boolean
  /**
   * @throws AppError `unavailable` (away, busy, too slow: later it may work), `upstream_failed` (an answer that makes no sense, a refused key),
   * `unprocessable_media` and `too_large` (it does not take this recording), `deadline` (the caller's signal)
   */
  transcribe: (file: SpokenFile, options: { timeoutMs: number; signal: AbortSignal }) => Promise<Heard>
}

const FAILURES_TO_OPEN = 5
const REST_MS = 30_000
/** Two hours of talk are 200 KB of text; with the times of each word, 20 MB would be a lot. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024

const isOutage = (error: unknown): boolean => !(error instanceof AppError) || error.code === 'unavailable'

/** The form, around the file's own bytes. Names and values are ours: nothing in them needs escaping. */
const formOf = (file: SpokenFile, model: string): { type: string; parts: (Buffer | string)[] } => {
  const boundary = `kopeika-${randomBytes(16).toString('hex')}`
  const fields: [string, string][] = [
    ['model', model],
    ['response_format', 'verbose_json'],
    ...(file.language === undefined ? [] : [['language', file.language] as [string, string]]),
  ]
  const head = fields.map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const opening = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${file.fileName}"\r\ncontent-type: ${file.contentType}\r\n\r\n`
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    parts: [...head, opening, file.bytes, `\r\n--${boundary}--\r\n`],
  }
}

/** A failure for the log: a status or a code. What the server wrote may quote the speech, or the key. */
const because = (what: string): Error => new Error(`speech to text: ${what}`)

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'no answer'

const readReply = ({ status, body }: PostAnswer): Heard => {
  if (status === 400 || status === 415 || status === 422) {
    const cause = because(`status ${status}`)
    throw new AppError('unprocessable_media', { detail: 'The recogniser cannot read this recording.', cause })
  }
  if (status === 413) {
    throw new AppError('too_large', { detail: 'The recogniser takes no recording of this size.' })
  }
  if (status === 408 || status === 429 || status >= 500) {
    throw unavailable('Speech recognition is not available right now.', because(`status ${status}`))
  }
  if (status !== 200) throw upstreamFailed('The recogniser refused the call.', because(`status ${status}`))
  try {
    return readAnswer(body)
  } catch {
    throw upstreamFailed('The recogniser gave an answer that makes no sense.', because('an unknown answer'))
  }
}

const toAppError = (error: unknown, signal: AbortSignal): AppError => {
  if (signal.aborted) return new AppError('deadline', { detail: 'Speech recognition was stopped.' })
  if (error instanceof AppError) return error
  if (error instanceof TooLongAnswer)
    return upstreamFailed('The recogniser gave an answer that is too long.', because('an endless answer'))
  const cause = because(
    error instanceof Error && error.name === 'TaskCancelledError' ? 'too slow' : codeOf(error),
  )
  return unavailable('Speech recognition is not available right now.', cause)
}

/**
 * A client of one server. After 5 failures in a row it is left alone for 30 s, and asked with one recording then. Nothing that comes out as
 * an error holds a word of the speech.
 */
export const createSpeechClient = (settings: SpeechSettings): SpeechClient => {
  const { url, model, key, restMs = REST_MS, post = postByNode } = settings
  const breaker = circuitBreaker(handleWhen(isOutage), {
    halfOpenAfter: restMs,
    breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
  })
  let restsUntil = 0
  breaker.onBreak(() => {
    restsUntil = performance.now() + restMs
  })
  return {
    isResting: () => breaker.state === CircuitState.Open && performance.now() < restsUntil,
    transcribe: async (file, { timeoutMs, signal }) => {
      const { type, parts } = formOf(file, model)
      const ask = async (): Promise<Heard> => {
        try {
          const answer = await timeout(timeoutMs, TimeoutStrategy.Aggressive).execute(
            (context) =>
              post({
                url: `${url}/v1/audio/transcriptions`,
                headers: {
                  'content-type': type,
                  accept: 'application/json',
                  ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
                },
                parts,
                maxAnswerBytes: MAX_ANSWER_BYTES,
                signal: context.signal,
              }),
            signal,
          )
          return readReply(answer)
        } catch (error) {
          // whoever gives up says nothing about the server: `deadline` does not count against it
          throw toAppError(error, signal)
        }
      }
      try {
        return await breaker.execute(ask)
      } catch (error) {
        throw toAppError(error, signal)
      }
    },
  }
}
