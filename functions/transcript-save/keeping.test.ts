import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addDocument } from '../../local/telegram/files.ts'
import { type CallOptions, type House, openHouse, type Reply } from '../../test/support/house.ts'
import { handler as register } from '../register/handler.ts'
import { handler } from './handler.ts'

/** What is done with a transcript that is kept: given another title, taken away; and what is not kept at all. */

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [handler, register] })
})
afterAll(() => house?.close())

const VTT =
  'WEBVTT\n\n00:01.000 --> 00:02.500\n<v Анна>Добрый день</v>\n\n01:00:03.000 --> 01:00:04.000\n<v Bob>Hello & bye</v>\n'

const save = (body: Record<string, unknown>, options: CallOptions = {}): Promise<Reply> =>
  house.call('transcript-save', 'POST', '/', { body: { format: 'text', ...body }, ...options })

const read = (id: string, query: string): Promise<Reply> =>
  house.call('transcript-save', 'GET', `/${id}?${query}`)

const rename = (id: string, userId: string, title: unknown, options: CallOptions = {}): Promise<Reply> =>
  house.call('transcript-save', 'PATCH', `/${id}?userId=${userId}`, { body: { title }, ...options })

describe('another title', () => {
  test('is given, cleaned, and found everywhere; the text stays', async () => {
    const { id } = await house.person()
    const { transcript } = (await save({ userId: id, text: 'words', title: 'old' })).body
    const renamed = await rename(transcript.id, id, ' Новое\n  имя 🙂 ')
    expect([renamed.status, renamed.body]).toEqual([
      200,
      { transcript: { ...transcript, title: 'Новое имя 🙂' } },
    ])
    expect((await read(transcript.id, `userId=${id}`)).body).toMatchObject({
      text: 'words',
      transcript: { title: 'Новое имя 🙂' },
    })
    const list = await house.call('transcript-save', 'GET', `/?userId=${id}`)
    expect(list.body.items).toEqual([{ ...transcript, title: 'Новое имя 🙂' }])
    const [row] = await house.ownerSql<{ title: Buffer }[]>`
      select title_data as title from user_transcripts where id = ${transcript.id}`
    expect(row?.title.includes('имя')).toBe(false)
  })

  test('is given once for a key, and the stored answer holds it sealed', async () => {
    const { id } = await house.person()
    const { transcript } = (await save({ userId: id, text: 'words' })).body
    const key = randomUUID()
    const first = await rename(transcript.id, id, 'canary-title', { key })
    await rename(transcript.id, id, 'later')
    const again = await rename(transcript.id, id, 'canary-title', { key })
    expect([again.headers.get('idempotency-replayed'), again.body]).toEqual(['true', first.body])
    expect((await read(transcript.id, `userId=${id}`)).body.transcript.title).toBe('later')
    expect((await rename(transcript.id, id, 'other', { key })).body.code).toBe('key_reused')
    const [stored] = await house.ownerSql<{ line: string }[]>`
      select i::text as line from idempotency_keys i where key = ${key}`
    expect(stored?.line).not.toContain('canary-title')
  })

  test.each<[string, unknown, number]>([
    ['one character', 'a', 200],
    ['200 characters of two units', '🙂'.repeat(200), 200],
    ['201 characters', 'я'.repeat(201), 400],
    ['a blank one', ' \n\t', 400],
    ['nothing', '', 400],
    ['a number', 7, 400],
    ['NUL', 'a\0b', 400],
    ['half a character', 'a\ud800', 400],
  ])('%s', async (_, title, status) => {
    const { id } = await house.person()
    const { transcript } = (await save({ userId: id, text: 'words', title: 'old' })).body
    const reply = await rename(transcript.id, id, title)
    expect(reply.status).toBe(status)
    const { body } = await read(transcript.id, `userId=${id}`)
    expect(body.transcript.title).toBe(status === 200 ? title : 'old')
  })

  test("is not given to another person's, to one that is gone, or by a person who has none", async () => {
    const [owner, stranger, empty] = [await house.person(), await house.person(), await house.person()]
    const { transcript } = (await save({ userId: owner.id, text: 'mine', title: 'mine' })).body
    await save({ userId: stranger.id, text: 'theirs' })
    const gone = (await save({ userId: owner.id, text: 'gone' })).body.transcript
    await house.call('transcript-save', 'DELETE', `/${gone.id}?userId=${owner.id}`)
    const tries = [
      await rename(transcript.id, stranger.id, 'stolen'),
      await rename(transcript.id, empty.id, 'stolen'),
      await rename(gone.id, owner.id, 'back'),
      await rename(randomUUID(), owner.id, 'nobody'),
    ]
    expect(tries.map((reply) => [reply.status, reply.body.code])).toEqual(
      Array.from({ length: 4 }, () => [404, 'transcript_not_found']),
    )
    expect((await read(transcript.id, `userId=${owner.id}`)).body.transcript.title).toBe('mine')
    expect(await house.ownerSql`select 1 from user_keys where user_id = ${empty.id}`).toHaveLength(0)
    const refused = await rename(transcript.id, owner.id, 'x', { as: 'limited-client' })
    expect(refused.status).toBe(403)
    expect((await rename(transcript.id, owner.id, 'x', { key: null })).status).toBe(400)
  })
})

describe('taken away', () => {
  test('in every format, with times and speakers, as a download', async () => {
    const { id } = await house.person()
    const { transcript } = (await save({ userId: id, format: 'vtt', text: VTT, title: 'Звонок' })).body
    const files = await Promise.all(
      ['txt', 'srt', 'vtt', 'json', 'docx'].map((format) =>
        read(transcript.id, `userId=${id}&format=${format}`),
      ),
    )
    expect(files.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    const [txt, srt, vtt, json, docx] = files
    expect(txt?.body).toBe('Анна: Добрый день\nBob: Hello & bye')
    expect(srt?.body).toContain('2\n01:00:03,000 --> 01:00:04,000\nBob: Hello & bye\n')
    expect(vtt?.body).toContain('01:00:03.000 --> 01:00:04.000\n<v Bob>Hello &amp; bye\n')
    expect(json?.body.segments[0]).toEqual({ start: 1, end: 2.5, speaker: 'Анна', text: 'Добрый день' })
    expect(docx?.headers.get('content-type')).toBe(
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    )
    expect(docx?.headers.get('content-disposition')).toContain(`transcript-${transcript.id}.docx`)
    expect(docx?.headers.get('cache-control')).toBe('no-store')
    expect(docx?.bytes.toString('latin1', 0, 4)).toBe('PK\x03\x04')
  })

  test("not another person's", async () => {
    const [owner, stranger] = [await house.person(), await house.person()]
    const { transcript } = (await save({ userId: owner.id, text: 'mine' })).body
    await save({ userId: stranger.id, text: 'theirs' })
    for (const format of ['txt', 'json', 'docx']) {
      const reply = await read(transcript.id, `userId=${stranger.id}&format=${format}`)
      expect([reply.status, reply.body.code]).toEqual([404, 'transcript_not_found'])
    }
  })
})

describe('not kept', () => {
  const raw = (bytes: Buffer): Promise<Reply> =>
    house.call('transcript-save', 'POST', '/', { raw: { bytes, type: 'application/json' } })

  test.each<[string, () => Buffer, number, string]>([
    ['20 MB', () => Buffer.alloc(20 * 1024 * 1024, 'a'), 413, 'too_large'],
    ['an empty body', () => Buffer.alloc(0), 400, 'invalid_input'],
    ['JSON in Windows-1251', () => Buffer.from('7b2274657874223a22cff0e8227d', 'hex'), 400, 'invalid_input'],
    ['JSON in UTF-16', () => Buffer.from('\ufeff{"text":"a"}', 'utf16le'), 400, 'invalid_input'],
    ['binary', () => Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]), 400, 'invalid_input'],
  ])('%s as a body', async (_, bytes, status, code) => {
    const reply = await raw(bytes())
    expect([reply.status, reply.body.code]).toEqual([status, code])
  })

  test.each<[string, () => Buffer, string, number, string | undefined]>([
    ['20 MB', () => Buffer.alloc(20 * 1024 * 1024, 'a'), 'text', 413, undefined],
    ['without words', () => Buffer.from(' \r\n \r\n'), 'text', 400, 'empty'],
    ['a picture', () => Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13]), 'text', 400, 'encoding'],
    ['half of UTF-8', () => Buffer.from('Привет').subarray(0, -1), 'text', 400, 'encoding'],
  ])('%s as a document', async (_, bytes, format, status, reason) => {
    const { id } = await house.person()
    const { fileId } = await addDocument(house.sim.state, {
      bytes: bytes(),
      fileName: 'call.txt',
      mimeType: 'text/plain',
    })
    const reply = await save({ userId: id, format, telegramFileId: fileId })
    expect([reply.status, reply.body.reason]).toEqual([status, reason])
    expect(await house.ownerSql`select 1 from user_transcripts where user_id = ${id}`).toHaveLength(0)
  })

  test('too many segments, or a line too long', async () => {
    const { id } = await house.person()
    const many = JSON.stringify(Array.from({ length: 100_001 }, () => ({ text: 'a' })))
    const long = JSON.stringify([{ text: 'a'.repeat(20_001) }])
    const replies = [
      await save({ userId: id, format: 'json', text: many }),
      await save({ userId: id, format: 'json', text: long }),
    ]
    expect(replies.map(({ status, body }) => [status, body.code, body.detail])).toEqual([
      [413, 'too_large', 'A transcript has at most 100000 segments.'],
      [413, 'too_large', 'Segment 1 has a line of more than 20000 characters.'],
    ])
  })
})
