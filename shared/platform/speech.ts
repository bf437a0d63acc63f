import { z } from 'zod'
import type { Env } from './env.ts'
import type { ReadSecret } from './secrets.ts'

/** Where speech becomes text: `POST <url>/v1/audio/transcriptions`, as OpenAI has it. */
export type SpeechConfig = {
  /** Without a trailing slash. */
  url: string
  model: string
  /** Sent as a bearer token; undefined where the server asks for none. */
  key: string | undefined
  /** How long the server is left alone after failures in a row; for tests. */
  restMs?: number
}

const Url = z
  .url({ protocol: /^https?$/ })
  .refine((url) => !URL.canParse(url) || (new URL(url).username === '' && new URL(url).search === ''))
const Model = z.string().regex(/^[\w./:-]{1,128}$/)
const Key = z.string().regex(/^[\x21-\x7e]{1,1024}$/)

/** A platform's secret has to be there, and may not be empty: this word says that the server asks for no key. */
const NO_KEY = 'none'

/**
 * Reads TRANSCRIBE_URL, TRANSCRIBE_MODEL and the secret `transcribe-key`; undefined where no server is set up. What is wrong is added to
 * `problems`, without showing it.
 */
export const parseSpeech = (
  env: Env,
  readSecret: ReadSecret,
  problems: string[],
): SpeechConfig | undefined => {
  if (!env.TRANSCRIBE_URL) return undefined
  const url = Url.safeParse(env.TRANSCRIBE_URL)
  const model = Model.safeParse(env.TRANSCRIBE_MODEL || 'whisper-1')
  const key = Key.safeParse(readSecret('transcribe-key') ?? NO_KEY)
  if (!url.success) problems.push('TRANSCRIBE_URL must be an http(s) address without user and query')
  if (!model.success) problems.push('TRANSCRIBE_MODEL must be the name of a model')
  if (!key.success) problems.push('secret transcribe-key: must be visible characters, or the word none')
  if (!url.success || !model.success || !key.success) return undefined
  return {
    // the path is ours to add; people paste it with and without
    url: url.data.replace(/\/+$/, '').replace(/\/v1$/, ''),
    model: model.data,
    key: key.data === NO_KEY ? undefined : key.data,
  }
}
