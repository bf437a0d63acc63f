import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CallOptions, type House, openHouse, type Reply } from '../../test/support/house.ts'
import { handler as register } from '../register/handler.ts'
import { handler } from './handler.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [handler, register] })
})
afterAll(() => house?.close())

const save = async (userId: string, text: string, more: Record<string, unknown> = {}): Promise<string> => {
  const body = { userId, format: 'text', text, ...more }
  const reply = await house.call('transcript-save', 'POST', '/', { body })
  expect(reply.status).toBe(201)
  return reply.body.transcript.id
}

const search = (userId: string, q: string, more = '', options: CallOptions = {}): Promise<Reply> =>
  house.call('transcript-save', 'GET', `/search?userId=${userId}&q=${encodeURIComponent(q)}${more}`, options)

const idsOf = async (userId: string, q: string): Promise<string[]> => {
  const reply = await search(userId, q)
  expect([reply.status, reply.body.nextCursor]).toEqual([200, null])
  return reply.body.items.map(({ transcript }: { transcript: { id: string } }) => transcript.id)
}

const listed = async (userId: string): Promise<number> => {
  const rows = await house.ownerSql`
    select 1 from user_transcript_words w join user_transcripts t on t.id = w.transcript_id where t.user_id = ${userId}`
  return rows.length
}

/** Base64 of random bytes: no compression brings it below the size that goes to the object store. */
const large = (): string => randomBytes(300_000).toString('base64')

describe('search', () => {
  test('finds all words, folded, the last one by its beginning, newest first, with a snippet', async () => {
    const { id } = await house.person()
    const first = await save(id, 'Ёлка стоит\nв лесу', { title: 'one' })
    const second = await save(id, 'The FOREST; елка упала, лес шумит', { language: 'ru' })
    await save(id, 'нет ничего')
    const { body } = await search(id, 'ЕЛКА лес')
    expect(body.items.map(({ transcript }: { transcript: { id: string } }) => transcript.id)).toEqual([
      second,
      first,
    ])
    const [newest, oldest] = body.items
    expect(newest.transcript).toMatchObject({ language: 'ru', characters: 33 })
    expect(oldest.transcript.title).toBe('one')
    expect(oldest.snippet).toEqual({
      text: 'Ёлка стоит в лесу',
      hits: [
        { start: 0, end: 4 },
        { start: 13, end: 17 },
      ],
    })
    expect(await idsOf(id, 'forest')).toEqual([second])
    expect(await idsOf(id, 'лес елка')).toEqual([second])
    expect(await idsOf(id, 'ельник')).toEqual([])
  })

  test('looks into titles and speakers too', async () => {
    const { id } = await house.person()
    const found = await save(id, 'WEBVTT\n\n00:01.000 --> 00:02.000\n<v Анна>пора домой</v>\n', {
      format: 'vtt',
      title: 'Созвон во вторник',
    })
    expect(await idsOf(id, 'анна дом')).toEqual([found])
    expect(await idsOf(id, 'вторник созв')).toEqual([found])
    expect(await idsOf(id, 'пора созвон')).toEqual([found])
    expect((await search(id, 'вторн')).body.items[0].snippet).toEqual({ text: 'Анна: пора домой', hits: [] })
  })

  test('follows a new title, and a deletion', async () => {
    const { id } = await house.person()
    const kept = await save(id, 'text', { title: 'before' })
    const patch = await house.call('transcript-save', 'PATCH', `/${kept}?userId=${id}`, {
      body: { title: 'after' },
    })
    expect(patch.status).toBe(200)
    expect([await idsOf(id, 'before'), await idsOf(id, 'after')]).toEqual([[], [kept]])
    expect(await listed(id)).toBe(1)
    await house.call('transcript-save', 'DELETE', `/${kept}?userId=${id}`)
    expect([await idsOf(id, 'text'), await idsOf(id, 'after')]).toEqual([[], []])
    expect(await house.ownerSql`select 1 from user_transcript_words where transcript_id = ${kept}`).toEqual(
      [],
    )
  })

  test('goes on in pages without gaps or doubles', async () => {
    const { id } = await house.person()
    const saved: string[] = []
    for (let n = 0; n < 7; n += 1)
      saved.unshift(await save(id, n % 2 === 0 ? `общее слово ${n}` : `другое ${n}`))
    const pages: string[][] = []
    let cursor = ''
    do {
      const { body } = await search(id, 'общее', `&limit=2${cursor}`)
      pages.push(body.items.map(({ transcript }: { transcript: { id: string } }) => transcript.id))
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`
    } while (cursor !== '')
    expect(pages.map((page) => page.length)).toEqual([2, 2])
    expect(pages.flat()).toEqual(saved.filter((_, index) => index % 2 === 0))
  })

  test('lists what was kept before there were lists, or by another version, in rows and objects', async () => {
    const { id } = await house.person()
    const small = await save(id, 'старый текст')
    const big = await save(id, `старинный ${large()}`)
    await house.ownerSql`
      delete from user_transcript_words where transcript_id = ${small}`
    await house.ownerSql`
      update user_transcript_words set version = 99 where transcript_id = ${big}`
    expect(await idsOf(id, 'стар')).toEqual([big, small])
    const rows = await house.ownerSql<{ version: number }[]>`
      select version from user_transcript_words where transcript_id in (${small}, ${big})`
    expect(rows.map(({ version }) => version)).toEqual([1, 1])
    expect(await idsOf(id, 'старинный')).toEqual([big])
  })

  test('passes over a text that is lost, and says so in the log only', async () => {
    const { id } = await house.person()
    const lost = await save(id, 'потерянный текст', { title: 'было' })
    const kept = await save(id, 'потерянный не тут')
    await house.ownerSql`delete from user_transcript_words where transcript_id = ${lost}`
    await house.ownerSql`
      update user_transcripts set transcript_data = set_byte(transcript_data, 20, get_byte(transcript_data, 20) # 1)
      where id = ${lost}`
    expect(await idsOf(id, 'потерянный')).toEqual([kept])
    expect(house.logs.join('')).toContain('could not be searched')
    expect(await listed(id)).toBe(1)
    expect((await search(id, 'было')).body.items).toMatchObject([{ snippet: { text: '', hits: [] } }])
  })

  test("knows nothing of other people's texts, and makes a list anew that is not its own", async () => {
    const [owner, stranger] = [await house.person(), await house.person()]
    const mine = await save(owner.id, 'тайное слово')
    const theirs = await save(stranger.id, 'иное')
    expect(await idsOf(stranger.id, 'тайное')).toEqual([])
    await house.ownerSql`
      update user_transcript_words w set words_data = o.words_data from user_transcript_words o
      where w.transcript_id = ${theirs} and o.transcript_id = ${mine}`
    expect(await idsOf(stranger.id, 'тайное')).toEqual([])
    expect(await idsOf(stranger.id, 'иное')).toEqual([theirs])
  })

  test('the same words of the same person twice give ciphertexts that nothing connects', async () => {
    const { id } = await house.person()
    const ids = [await save(id, 'одно и то же'), await save(id, 'одно и то же')]
    const rows = await house.ownerSql<{ words: Buffer }[]>`
      select words_data as words from user_transcript_words where transcript_id in ${house.ownerSql(ids)}`
    const [one, two] = rows.map(({ words }) => words.toString('hex'))
    // format and key version are the same, nothing after them
    expect(one?.slice(0, 10)).toBe(two?.slice(0, 10))
    for (let at = 10; at + 16 <= (one?.length ?? 0); at += 2)
      expect(two).not.toContain(one?.slice(at, at + 16))
  })

  test('a person without a text, or without an account', async () => {
    const { id } = await house.person()
    expect(await idsOf(id, 'слово')).toEqual([])
    expect((await search(randomUUID(), 'слово')).body.code).toBe('user_not_found')
  })

  test.each([
    ['no words', '&q='],
    ['signs only', `&q=${encodeURIComponent('—!?')}`],
    ['nothing asked', ''],
    ['too long', `&q=${'a'.repeat(201)}`],
    ['too many words', `&q=${encodeURIComponent('а б в г д е ж з и к л м н о п р с')}`],
    ['NUL', '&q=a%00b'],
    ['a page too large', '&q=a&limit=51'],
    ['a cursor that is none', '&q=a&cursor=1'],
    ['the question twice', '&q=a&q=b'],
  ])('%s: 400', async (_, query) => {
    const { id } = await house.person()
    const reply = await house.call('transcript-save', 'GET', `/search?userId=${id}${query}`)
    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_input'])
  })

  test('needs the scope to read', async () => {
    const { id } = await house.person()
    expect((await search(id, 'a', '', { as: 'limited-client' })).status).toBe(403)
    expect((await search(id, 'a', '', { as: null })).status).toBe(401)
  })
})
