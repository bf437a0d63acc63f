import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { makeVoice } from '../../local/speech/ogg.ts'
import { type SpeechSimulator, startSpeechSimulator } from '../../local/speech/server.ts'
import { connectWebhook, meet } from '../../test/support/chat.ts'
import { type House, openHouse, type Reply } from '../../test/support/house.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as transcriptSave } from '../transcript-save/handler.ts'
import { handler as dispatcher } from './handler.ts'

/** A phrase is planted in every way that a person's words come in, and looked for everywhere that anything is kept. */

let house: House
let speech: SpeechSimulator
let redis: Redis
beforeAll(async () => {
  speech = await startSpeechSimulator()
  house = await openHouse({
    functions: [dispatcher, register, profile, transcriptSave],
    // with limits, so that Redis is written to
    rateLimits: true,
    config: { speech: { url: speech.url, model: 'toy', key: undefined, restMs: 0 } },
  })
  redis = new Redis(inject('servers').redisUrl)
  await connectWebhook(house)
})
afterAll(async () => {
  await redis?.quit()
  await house?.close()
  await speech?.close()
})

const NAMES = ['message', 'title', 'search', 'spoken', 'written'] as const
/** Cyrillic and ASCII, so that every encoding shows. */
const canary = (name: (typeof NAMES)[number]): string => `канарейка${name}${randomBytes(5).toString('hex')}`

/** How a phrase may stand somewhere: as text, escaped, percent-encoded, in hex or base64 at each offset, in the encodings of old. */
const formsOf = (phrase: string): string[] => {
  const bytes = Buffer.from(phrase)
  const base64 = [0, 1, 2].flatMap((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes])
    return [shifted.toString('base64').slice(4, -4), shifted.toString('base64url').slice(4, -4)]
  })
  const escaped = Array.from(phrase, (sign) =>
    sign > '\x7f' ? `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}` : sign,
  ).join('')
  const ascii = phrase.replace(/[^ -~]/g, '')
  return [
    phrase,
    ascii,
    escaped,
    encodeURIComponent(phrase),
    bytes.toString('hex'),
    bytes.toString('latin1'),
    Buffer.from(phrase, 'utf16le').toString('latin1'),
    Buffer.from(ascii).toString('hex'),
    ...base64,
  ]
}

/** Each table as a dump has it. */
const copyTables = async (): Promise<Map<string, string>> => {
  const tables = await house.ownerSql<{ name: string }[]>`
    select table_schema || '.' || table_name as name from information_schema.tables
    where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`
  const copies = new Map<string, string>()
  for (const { name } of tables) {
    const rows = await house.ownerSql<
      { line: string }[]
    >`select t::text as line from ${house.ownerSql(name)} t`
    copies.set(`table ${name}`, rows.map(({ line }) => line).join('\n'))
  }
  return copies
}

const copyObjects = async (): Promise<Map<string, string>> => {
  const copies = new Map<string, string>()
  for (const bucket of Object.values(house.buckets)) {
    for await (const { key } of house.storage.list(bucket, '')) {
      const bytes = await house.storage.get(bucket, key, { maxBytes: 10_000_000 })
      copies.set(`object ${key}`, `${key}\n${bytes.toString('latin1')}\n${bytes.toString('utf8')}`)
    }
  }
  return copies
}

const readKey = async (key: string): Promise<unknown> => {
  switch (await redis.type(key)) {
    case 'string':
      return redis.get(key)
    case 'hash':
      return redis.hgetall(key)
    case 'list':
      return redis.lrange(key, 0, -1)
    case 'set':
      return redis.smembers(key)
    case 'zset':
      return redis.zrange(key, '0', '-1')
    case 'none':
      return '' // expired meanwhile
    default:
      throw new Error(`Redis holds something that this test cannot read: ${key}`)
  }
}

const copyRedis = async (): Promise<Map<string, string>> => {
  const copies = new Map<string, string>()
  for (const key of await redis.keys('*'))
    copies.set(`redis ${key}`, `${key} ${JSON.stringify(await readKey(key))}`)
  return copies
}

const copyEverything = async (): Promise<Map<string, string>> =>
  new Map([
    ...(await copyTables()),
    ...(await copyObjects()),
    ...(await copyRedis()),
    ['log', house.logs.join('')],
  ])

const whereIs = (copies: Map<string, string>, phrase: string): string[] => {
  const forms = formsOf(phrase)
  return [...copies].filter(([, copy]) => forms.some((form) => copy.includes(form))).map(([place]) => place)
}

describe('a planted phrase', () => {
  it('occurs in no table, object, key of Redis or line of the log', { timeout: 60_000 }, async () => {
    const [words, title, searched] = [canary('message'), canary('title'), canary('search')]
    const [spoken, written] = [canary('spoken'), canary('written')]
    const ok = (reply: Reply): Reply => {
      expect(reply.status, JSON.stringify(reply.body)).toBeLessThan(300)
      return reply
    }
    const call = async (method: string, path: string, body?: unknown): Promise<Reply> =>
      ok(await house.call('transcript-save', method, path, body === undefined ? {} : { body }))

    // over HTTP: small, large, as subtitles, renamed, read, searched for, refused
    const { id } = await house.person()
    const large = `${words} ${randomBytes(400_000).toString('base64')}`
    const { transcript } = (await call('POST', '/', { userId: id, format: 'text', text: words, title })).body
    await call('POST', '/', { userId: id, format: 'text', text: large })
    await call('POST', '/', {
      userId: id,
      format: 'vtt',
      text: `WEBVTT\n\n00:01.000 --> 00:02.000\n<v ${title}>${words}\n`,
    })
    await call('PATCH', `/${transcript.id}?userId=${id}`, { title: `${title} again` })
    for (const format of ['txt', 'json', 'docx'])
      await call('GET', `/${transcript.id}?userId=${id}&format=${format}`)
    const found = await call('GET', `/search?userId=${id}&q=${encodeURIComponent(words)}`)
    expect(found.body.items).toHaveLength(3)
    await call('GET', `/search?userId=${id}&q=${encodeURIComponent(searched)}`)
    const refusals = [
      { userId: id, format: 'json', text: `{"text": ${words}` },
      { userId: id, format: 'srt', text: `${words}\n${words} --> ${title}` },
      { userId: id, format: 'text', text: words, title: title.repeat(50) },
      { userId: id, format: words, text: words },
    ]
    for (const body of refusals) {
      const reply = await house.call('transcript-save', 'POST', '/', { body })
      expect([reply.status, JSON.stringify(reply.body).includes('канарейка')]).toEqual([400, false])
    }

    // in the chat: a document, a new title, a search, and words for nobody
    const chat = await meet(house, 'ru')
    await chat.sendFile('document', `${title}.txt`, 'text/plain', Buffer.from(`${words} текст`))
    const shown = await chat.press(await chat.say('/transcripts'), 'канарейка')
    await chat.press(shown, '.docx')
    await chat.press(shown, 'Переименовать')
    expect((await chat.say(`${title} новое`)).text).toContain(title)
    expect((await chat.say(`/search ${words}`)).text).toContain(words)
    await chat.say('/search')
    await chat.say(searched)
    await chat.say(searched)

    // as a text in the chat: kept by a button, in answer to a question, and refused
    const offer = await chat.say(`${written} `.repeat(10))
    await chat.press(offer, 'Сохранить', (message) => message.message_id === offer.message_id)
    await chat.say('/transcript')
    await chat.say(`${written} в ответ`)

    // spoken: heard at once, after nonsense, never, and as a named file
    const say = (name: string, isVoice = true) =>
      chat.sendFile(
        isVoice ? 'voice' : 'audio',
        name,
        'audio/ogg',
        makeVoice({ words: `${spoken} говорит. ${spoken}.`, seconds: 3 }),
      )
    const ends = async (offered: Awaited<ReturnType<typeof say>>, sign: string) =>
      chat.press(offered, 'Превратить', (message) => (message.text ?? '').startsWith(sign))
    expect((await ends(await say('voice.ogg'), '✅')).text).toContain(spoken)
    expect((await ends(await say(`${title}.ogg`, false), '✅')).text).toContain(title)
    speech.talkNonsense('silence')
    await ends(await say('voice.ogg'), '🤷')
    // the server quotes what it heard in its refusal
    speech.faults.add({ target: 'method', do: '400', description: spoken, times: 1 })
    await ends(await say('voice.ogg'), '🤷')
    await house.settled()

    const copies = await copyEverything()
    expect([...copies.keys()].filter((place) => place.startsWith('table')).length).toBeGreaterThan(20)
    expect([...copies.keys()].some((place) => place.startsWith('object'))).toBe(true)
    expect([...copies.keys()].some((place) => place.startsWith('redis'))).toBe(true)
    for (const phrase of [words, title, searched, spoken, written])
      expect(whereIs(copies, phrase)).toEqual([])
  })

  it('would be found', async () => {
    const phrase = canary('message')
    const { id } = await house.person()
    await house.ownerSql`update users set first_name = ${phrase} where id = ${id}`
    await house.ownerSql`
      insert into user_transcripts (user_id, transcript_data, format, characters)
      values (${id}, ${Buffer.from(`x${phrase}`)}, 'text', 1)`
    await redis.set(`canary:${id}`, Buffer.from(phrase).toString('base64'), 'EX', 60)
    await house.storage.put(house.buckets.transcripts, 'canary', Buffer.from(phrase, 'utf16le'), {
      contentType: 'application/octet-stream',
    })
    expect(whereIs(await copyEverything(), phrase).sort()).toEqual([
      'object canary',
      `redis canary:${id}`,
      'table public.user_transcripts',
      'table public.users',
    ])
    await redis.del(`canary:${id}`)
  })
})
