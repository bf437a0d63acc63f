import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeVoice } from '../../local/speech/ogg.ts'
import { type Nonsense, type SpeechSimulator, startSpeechSimulator } from '../../local/speech/server.ts'
import { errorOf } from '../../test/support/error-of.ts'
import { languageTag, readAnswer } from './answer.ts'
import { createSpeechClient, type SpeechSettings } from './client.ts'

const KEY = 'sk-key-of-the-tests'
const WORDS = 'Совершенно секретные слова.'

let server: SpeechSimulator
beforeAll(async () => {
  server = await startSpeechSimulator({ key: KEY })
})
afterAll(() => server.close())

const clientOf = (settings: Partial<SpeechSettings> = {}) =>
  createSpeechClient({ url: server.url, model: 'toy', key: KEY, restMs: 0, ...settings })

const file = (words = WORDS) => ({
  bytes: makeVoice({ words, seconds: 4 }),
  fileName: 'recording.ogg',
  contentType: 'audio/ogg',
})

const options = { timeoutMs: 5_000, signal: new AbortController().signal }

/** Everything that an error says, and what it comes from. */
const wordsOf = (error: unknown): string =>
  error instanceof Error
    ? `${error.message} ${error.stack} ${JSON.stringify(error)} ${wordsOf(error.cause)}`
    : String(error)

describe('what is heard', () => {
  test('comes with its segments, language and length', async () => {
    expect(await clientOf().transcribe({ ...file(), language: 'ru' }, options)).toEqual({
      text: WORDS,
      segments: [{ start: 0, end: 4, text: WORDS }],
      language: 'ru',
      durationSeconds: 4,
    })
    expect(server.calls().at(-1)).toEqual({
      bytes: file().bytes.length,
      model: 'toy',
      fileName: 'recording.ogg',
      language: 'ru',
    })
  })

  test('may lack what a server does not measure, or have it in its own way', () => {
    const read = (answer: unknown) => readAnswer(Buffer.from(JSON.stringify(answer)))
    expect(read({ text: 'a' })).toEqual({ text: 'a', segments: [], language: null, durationSeconds: null })
    expect(read({ text: 'a', duration: '12.5', language: 'uk', segments: null, words: [] })).toMatchObject({
      language: 'uk',
      durationSeconds: 12.5,
    })
    // an end before its start: the words are kept, the times are not
    expect(
      read({ text: 'a b', segments: [{ start: 5, end: 4, text: ' a' }, { text: '  ' }] }).segments,
    ).toEqual([{ text: 'a' }])
    for (const wrong of [
      '',
      'null',
      '[]',
      '{"text":5}',
      '{"text":"a","segments":{}}',
      '{"text":"\\u0000"}',
    ]) {
      expect(() => readAnswer(Buffer.from(wrong))).toThrow()
    }
  })

  test.each([
    ['russian', 'ru'],
    ['English', 'en'],
    ['ukrainian', 'uk'],
    ['de', 'de'],
    ['pt-BR', 'pt-BR'],
    ['klingonese', null],
    ['', null],
  ])('the language %j is %j', (language, tag) => expect(languageTag(language)).toBe(tag))
})

describe('what goes wrong', () => {
  test.each([
    ['500', 'unavailable'],
    ['429', 'unavailable'],
    ['reset', 'unavailable'],
    ['400', 'unprocessable_media'],
    ['401', 'upstream_failed'],
    ['403', 'upstream_failed'],
  ] as const)('%s is %s', async (fault, code) => {
    server.faults.add({ target: 'method', do: fault, times: 1, description: `${WORDS} ${KEY}` })
    const error = await errorOf(clientOf().transcribe(file(), options))
    expect(error).toMatchObject({ code })
    expect(wordsOf(error)).not.toMatch(new RegExp(`${WORDS}|${KEY}`))
  })

  test.each<[Nonsense, string]>([
    ['garbage', 'upstream_failed'],
    ['html', 'upstream_failed'],
    ['empty', 'upstream_failed'],
    ['huge', 'upstream_failed'],
    ['redirect', 'upstream_failed'],
    ['truncated', 'unavailable'],
  ])('an answer that is %s is %s', async (kind, code) => {
    server.talkNonsense(kind)
    expect(await errorOf(clientOf().transcribe(file(), options))).toMatchObject({ code })
  })

  test('an endless answer is cut off at 16 MB', async () => {
    let sent = 0
    const endless = createServer((request, response) => {
      request.resume()
      response.writeHead(200, { 'content-type': 'application/json' })
      const chunk = Buffer.alloc(1024 * 1024, 32)
      const more = (): void => {
        if (response.destroyed) return
        sent += chunk.length
        response.write(chunk, () => setImmediate(more))
      }
      more()
    })
    await once(endless.listen(0, '127.0.0.1'), 'listening')
    const url = `http://127.0.0.1:${(endless.address() as AddressInfo).port}`
    expect(await errorOf(clientOf({ url }).transcribe(file(), options))).toMatchObject({
      code: 'upstream_failed',
    })
    expect(sent).toBeLessThan(40 * 1024 * 1024)
    endless.closeAllConnections()
    endless.close()
  })

  test('one that takes too long is unavailable; a caller who gives up gets deadline', async () => {
    server.faults.add({ target: 'method', do: 'timeout', times: 2 })
    const client = clientOf()
    expect(await errorOf(client.transcribe(file(), { ...options, timeoutMs: 100 }))).toMatchObject({
      code: 'unavailable',
    })
    const signal = AbortSignal.timeout(100)
    expect(await errorOf(client.transcribe(file(), { timeoutMs: 5_000, signal }))).toMatchObject({
      code: 'deadline',
    })
  })

  test('nobody listens, or the key is wrong', async () => {
    const nobody = clientOf({ url: 'http://127.0.0.1:1' })
    expect(await errorOf(nobody.transcribe(file(), options))).toMatchObject({ code: 'unavailable' })
    const stranger = clientOf({ key: undefined })
    expect(await errorOf(stranger.transcribe(file(), options))).toMatchObject({
      code: 'upstream_failed',
    })
  })

  test('after five failures in a row it is left alone, and asked again after the rest', async () => {
    const rule = server.faults.add({ target: 'method', do: '500' })
    const client = clientOf({ restMs: 300 })
    for (let call = 0; call < 7; call += 1) await errorOf(client.transcribe(file(), options))
    expect([rule.struck, client.isResting()]).toEqual([5, true])
    server.faults.clear()
    await expect.poll(() => client.isResting()).toBe(false)
    expect((await client.transcribe(file(), options)).text).toBe(WORDS)
    expect(client.isResting()).toBe(false)
  })

  test('what it says of a recording never counts as a failure of its own', async () => {
    const client = clientOf()
    server.faults.add({ target: 'method', do: '400', times: 8 })
    for (let call = 0; call < 8; call += 1)
      expect(await errorOf(client.transcribe(file(), options))).toMatchObject({
        code: 'unprocessable_media',
      })
    expect(client.isResting()).toBe(false)
  })
})
