import { describe, expect, test } from 'vitest'
import { parseSpeech } from './speech.ts'

const read = (env: Record<string, string>, key?: string) => {
  const problems: string[] = []
  return { speech: parseSpeech(env, () => key, problems), problems }
}
const URL = { TRANSCRIBE_URL: 'http://whisper:8000' }

describe('speech to text', () => {
  test('is off without an address, whatever else is set', () => {
    expect(read({ TRANSCRIBE_MODEL: 'x y' }, 'no key\n')).toEqual({ speech: undefined, problems: [] })
    expect(read({ TRANSCRIBE_URL: '' })).toEqual({ speech: undefined, problems: [] })
  })

  test.each([
    ['http://whisper:8000', 'http://whisper:8000'],
    ['http://whisper:8000/', 'http://whisper:8000'],
    ['https://api.example.com/v1', 'https://api.example.com'],
    ['https://api.example.com/v1/', 'https://api.example.com'],
    ['https://example.com/speech', 'https://example.com/speech'],
  ])('the address %s', (given, url) => {
    expect(read({ TRANSCRIBE_URL: given }).speech).toEqual({ url, model: 'whisper-1', key: undefined })
  })

  test('a key and a model; the word none is no key', () => {
    const model = { TRANSCRIBE_MODEL: 'Systran/faster-whisper-large-v3' }
    expect(read({ ...URL, ...model }, 'sk-1').speech).toMatchObject({
      model: model.TRANSCRIBE_MODEL,
      key: 'sk-1',
    })
    expect(read(URL, 'none').speech).toMatchObject({ key: undefined })
  })

  test.each([
    [{ TRANSCRIBE_URL: 'whisper:8000' }, undefined, 'TRANSCRIBE_URL'],
    [{ TRANSCRIBE_URL: 'http://user:secret-of-mine@whisper' }, undefined, 'TRANSCRIBE_URL'],
    [{ TRANSCRIBE_URL: 'http://whisper/?key=secret-of-mine' }, undefined, 'TRANSCRIBE_URL'],
    [{ ...URL, TRANSCRIBE_MODEL: 'a "b' }, undefined, 'TRANSCRIBE_MODEL'],
    [URL, 'secret-of-mine\r\nx: y', 'secret transcribe-key'],
  ])('refuses %j, and shows nothing secret', (env, key, name) => {
    const { speech, problems } = read(env, key)
    expect([speech, problems]).toEqual([undefined, [expect.stringMatching(new RegExp(`^${name}`))]])
    expect(problems.join()).not.toContain('secret-of-mine')
  })
})
