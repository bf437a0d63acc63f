import { afterEach, expect, test } from 'vitest'
import { makeVoice } from './ogg.ts'
import { type SpeechSimulator, startSpeechSimulator } from './server.ts'

let server: SpeechSimulator | undefined
afterEach(() => server?.close())

const ask = async (bytes: Buffer, fields: Record<string, string> = {}, key?: string) => {
  const form = new FormData()
  form.set('file', new File([new Uint8Array(bytes)], 'a.ogg', { type: 'audio/ogg' }))
  for (const [name, value] of Object.entries({ model: 'm', response_format: 'verbose_json', ...fields }))
    form.set(name, value)
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` }
  const response = await fetch(`${server?.url}/v1/audio/transcriptions`, {
    method: 'POST',
    body: form,
    headers,
  })
  return { status: response.status, body: await response.json() }
}

test('hears the words of a file, or the same sentences each time', async () => {
  server = await startSpeechSimulator()
  const { status, body } = await ask(makeVoice({ words: 'One. Two!', seconds: 4 }))
  expect([status, body]).toEqual([
    200,
    {
      task: 'transcribe',
      language: 'english',
      duration: 4,
      text: 'One. Two!',
      segments: [
        { id: 0, start: 0, end: 2, text: ' One.' },
        { id: 1, start: 2, end: 4, text: ' Two!' },
      ],
    },
  ])
  const wordless = Buffer.from(
    makeVoice({ words: '', seconds: 4 }).toString('latin1').replace('DESCRIPTION=', 'SOMETHINGEL='),
    'latin1',
  )
  const [once, again] = [await ask(wordless, { language: 'ru' }), await ask(wordless, { language: 'ru' })]
  expect(once.body.text).toMatch(/[а-я]/)
  expect(again.body).toEqual(once.body)
})

test('refuses as the API does', async () => {
  server = await startSpeechSimulator({ key: 'k' })
  const voice = makeVoice({ words: 'x', seconds: 1 })
  expect((await ask(voice)).status).toBe(401)
  expect((await ask(Buffer.from('no recording'), {}, 'k')).body.error.type).toBe('invalid_request_error')
  expect((await ask(voice, { response_format: 'srt' }, 'k')).status).toBe(400)
  expect((await fetch(`${server.url}/v1/models`)).status).toBe(404)
})

test('misbehaves on request, over HTTP too', async () => {
  server = await startSpeechSimulator()
  const voice = makeVoice({ words: 'x', seconds: 1 })
  const rule = { target: 'method', method: 'transcribe', do: '500', times: 1 }
  const added = await fetch(`${server.url}/sim/faults`, { method: 'POST', body: JSON.stringify(rule) })
  expect(added.status).toBe(200)
  expect([(await ask(voice)).status, (await ask(voice)).status]).toEqual([500, 200])
  const { rules } = (await (await fetch(`${server.url}/sim/faults`)).json()) as {
    rules: { struck: number }[]
  }
  expect(rules[0]?.struck).toBe(1)
  expect((await fetch(`${server.url}/sim/faults/7`, { method: 'DELETE' })).status).toBe(404)
  expect((await fetch(`${server.url}/sim/faults`, { method: 'DELETE' })).status).toBe(200)
  const { calls } = (await (await fetch(`${server.url}/sim/calls`)).json()) as { calls: unknown[] }
  expect(calls).toHaveLength(1)
  const foreign = await fetch(`${server.url}/sim/calls`, { headers: { origin: 'http://elsewhere.example' } })
  expect(foreign.status).toBe(403)
})
