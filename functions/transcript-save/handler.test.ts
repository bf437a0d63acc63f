import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addDocument } from '../../local/telegram/files.ts'
import { type CallOptions, type House, openHouse, type Reply } from '../../test/support/house.ts'
import { handler as register } from '../register/handler.ts'
import { handler } from './handler.ts'

/** Welcome bonus and price of the tariff in the repository. */
const BONUS = 50
const PRICE = 5

let house: House

beforeAll(async () => {
  house = await openHouse({ functions: [handler, register] })
})
afterAll(() => house.close())

const SRT = '1\n00:00:01,000 --> 00:00:02,500\nДобрый день\n\n2\n00:00:03,000 --> 00:00:04,250\nHello there\n'

/** Base64 of random bytes: no compression brings it below 256 KiB. */
const largeText = (): string => randomBytes(400_000).toString('base64')

const save = (body: Record<string, unknown>, options: CallOptions = {}): Promise<Reply> =>
  house.call('transcript-save', 'POST', '/', { body: { format: 'text', ...body }, ...options })

const read = (id: string, query: string): Promise<Reply> =>
  house.call('transcript-save', 'GET', `/${id}?${query}`)

const objectsOf = async (userId: string): Promise<string[]> => {
  const keys: string[] = []
  for await (const { key } of house.storage.list(house.buckets.transcripts, `transcripts/${userId}/`))
    keys.push(key)
  return keys
}

const stateOf = async (userId: string) => {
  const [row] = await house.ownerSql<
    { coins: number; ledger: number; transcripts: number; charges: number }[]
  >`
    select coins, (select sum(amount)::bigint from transactions where user_id = ${userId}) as ledger,
      (select count(*)::bigint from user_transcripts where user_id = ${userId}) as transcripts,
      (select count(*)::bigint from transactions where user_id = ${userId} and type = 'charge') as charges
    from user_balances where user_id = ${userId}`
  if (!row) throw new Error('No wallet.')
  expect(row.coins).toBe(row.ledger)
  return row
}

const expectUntouched = async (userId: string): Promise<void> => {
  expect(await stateOf(userId)).toEqual({ coins: BONUS, ledger: BONUS, transcripts: 0, charges: 0 })
  expect(await objectsOf(userId)).toEqual([])
}

const setCoins = async (userId: string, coins: number): Promise<void> => {
  await house.ownerSql.begin(async (tx) => {
    await tx`update user_balances set coins = ${coins} where user_id = ${userId}`
    await tx`
      insert into transactions (user_id, amount, type, description, balance_after, actor)
      values (${userId}, ${coins - BONUS}, 'adjustment', 'test', ${coins}, 'test')`
  })
}

describe('saving and reading', () => {
  test('a text: stored, charged, read back equal', async () => {
    const { id } = await house.person()
    const reply = await save({ userId: id, text: '\ufeffПервая  строка 🙂 \r\nвторая', language: 'ru' })
    expect(reply.status).toBe(201)
    const { transcript, transactionId } = reply.body
    expect(transcript).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{14}7/),
      title: 'Первая строка 🙂 вторая',
      language: 'ru',
      // the emoji counts once
      characters: 'Первая  строка ?\nвторая'.length,
      createdAt: expect.any(String),
    })
    expect(await stateOf(id)).toEqual({
      coins: BONUS - PRICE,
      ledger: BONUS - PRICE,
      transcripts: 1,
      charges: 1,
    })
    const [entry] = await house.ownerSql`
      select amount, service, reference, actor, description from transactions where id = ${transactionId}`
    expect(entry).toEqual({
      amount: -PRICE,
      service: 'transcript',
      reference: `transcript:${transcript.id}`,
      actor: 'client',
      description: 'Transcript',
    })
    const whole = await read(transcript.id, `userId=${id}`)
    expect([whole.status, whole.body]).toEqual([
      200,
      { transcript, text: 'Первая  строка 🙂\nвторая', segments: [] },
    ])
    const raw = await read(transcript.id, `userId=${id}&format=txt`)
    expect(raw.body).toBe('Первая  строка 🙂\nвторая')
    const untimed = await read(transcript.id, `userId=${id}&format=srt`)
    expect([untimed.status, untimed.body.code]).toEqual([400, 'invalid_input'])
  })

  test('subtitles: taken away in every format, as harmless downloads', async () => {
    const { id, telegramId } = await house.person()
    const saved = await save({
      telegramId,
      format: 'srt',
      text: SRT,
      title: ' Звонок\n"1" ',
      durationSeconds: 90,
    })
    expect(saved.body.transcript).toMatchObject({ title: 'Звонок "1"', language: null })
    const transcriptId = saved.body.transcript.id
    const files = await Promise.all(
      ['txt', 'srt', 'vtt', 'json'].map((format) =>
        read(transcriptId, `telegramId=${telegramId}&format=${format}`),
      ),
    )
    expect(files.map((file) => [file.status, file.headers.get('content-type')])).toEqual([
      [200, 'text/plain; charset=utf-8'],
      [200, 'application/x-subrip; charset=utf-8'],
      [200, 'text/vtt; charset=utf-8'],
      [200, 'application/json; charset=utf-8'],
    ])
    const [txt, srt, vtt, json] = files
    expect(txt?.body).toBe('Добрый день\nHello there')
    expect(srt?.body).toBe(SRT)
    expect(vtt?.body).toMatch(/^WEBVTT\n\n(.*\n)?00:00:01\.000 --> 00:00:02\.500\nДобрый день/)
    expect(json?.body.segments[1]).toEqual({ start: 3, end: 4.25, text: 'Hello there' })
    expect(srt?.headers.get('content-disposition')).toBe(
      `attachment; filename="transcript-${transcriptId}.srt"; filename*=UTF-8''${encodeURIComponent('Звонок _1_')}.srt`,
    )
    expect(srt?.headers.get('x-content-type-options')).toBe('nosniff')
    expect(srt?.headers.get('cache-control')).toBe('no-store')
    const [row] =
      await house.ownerSql`select duration_seconds, format from user_transcripts where id = ${transcriptId}`
    expect(row).toEqual({ duration_seconds: 90, format: 'srt' })
    expect((await read(transcriptId, `userId=${id}`)).body.segments).toHaveLength(2)
  })

  test('the list, in pages, newest first', async () => {
    const { id } = await house.person()
    expect((await house.call('transcript-save', 'GET', `/?userId=${id}`)).body).toEqual({
      items: [],
      nextCursor: null,
    })
    const saved: unknown[] = []
    for (const text of ['one', 'two', 'three'])
      saved.unshift((await save({ userId: id, text })).body.transcript)
    const first = await house.call('transcript-save', 'GET', `/?userId=${id}&limit=2`)
    expect(first.body.items).toEqual(saved.slice(0, 2))
    const second = await house.call(
      'transcript-save',
      'GET',
      `/?userId=${id}&limit=2&cursor=${first.body.nextCursor}`,
    )
    expect(second.body).toEqual({ items: saved.slice(2), nextCursor: null })
  })

  test('a large one lies in the bucket, and is deleted by a job', async () => {
    const { id } = await house.person()
    const text = largeText()
    const saved = await save({ userId: id, text, title: 'large' })
    expect(saved.status).toBe(201)
    const transcriptId = saved.body.transcript.id
    const [row] = await house.ownerSql<{ key: string; data: Buffer | null }[]>`
      select object_key as key, transcript_data as data from user_transcripts where id = ${transcriptId}`
    expect([row?.data, await objectsOf(id)]).toEqual([null, [row?.key]])
    const object = await house.storage.get(house.buckets.transcripts, row?.key ?? '', {
      maxBytes: 10_000_000,
    })
    expect(object.includes(text.slice(1_000, 1_020))).toBe(false)
    expect((await read(transcriptId, `userId=${id}&format=txt`)).body).toBe(text)

    const removed = await house.call('transcript-save', 'DELETE', `/${transcriptId}?userId=${id}`)
    expect([removed.status, removed.body]).toEqual([200, { deleted: true }])
    expect((await read(transcriptId, `userId=${id}`)).body.code).toBe('transcript_not_found')
    const [job] = await house.ownerSql`
      select payload from graphile_worker._private_jobs where payload::text like ${`%${row?.key}%`}`
    expect(job?.payload).toEqual({ bucket: house.buckets.transcripts, keys: [row?.key] })
  })

  test('deleting twice: the key replays, another key finds nothing', async () => {
    const { id } = await house.person()
    const { transcript } = (await save({ userId: id, text: 'short' })).body
    const key = randomUUID()
    const remove = (used: string) =>
      house.call('transcript-save', 'DELETE', `/${transcript.id}?userId=${id}`, { key: used })
    expect((await remove(key)).status).toBe(200)
    expect((await remove(key)).headers.get('idempotency-replayed')).toBe('true')
    expect((await remove(randomUUID())).body.code).toBe('transcript_not_found')
  })
})

describe('secrecy', () => {
  const phrase = 'жёлтый-крокодил-42'

  const dumpDatabase = async (): Promise<string> => {
    const tables = await house.ownerSql<{ name: string }[]>`
      select table_schema || '.' || table_name as name from information_schema.tables
      where table_schema in ('public', 'graphile_worker') and table_type = 'BASE TABLE'`
    expect(tables.length).toBeGreaterThan(15)
    let dump = ''
    for (const { name } of tables) {
      const rows = await house.ownerSql<
        { line: string }[]
      >`select t::text as line from ${house.ownerSql(name)} t`
      dump += rows.map(({ line }) => line).join('\n')
    }
    return dump
  }

  test('neither text nor title stands readable in any row, object or log line', async () => {
    const { id } = await house.person()
    const texts = [`${phrase} и слова после`, `${phrase} ${largeText()}`]
    const saved = await Promise.all(texts.map((text) => save({ userId: id, text })))
    await save({ userId: id, text: 'other words', title: `about ${phrase}` })
    await save({ userId: id, format: 'srt', text: `${phrase}\nno times at all` })
    expect(saved[0]?.body.transcript.title).toContain(phrase)
    const places = [await dumpDatabase(), house.logs.join('')]
    for (const key of await objectsOf(id)) {
      places.push(
        (await house.storage.get(house.buckets.transcripts, key, { maxBytes: 10_000_000 })).toString(
          'latin1',
        ),
      )
    }
    expect(places).toHaveLength(3)
    const bytes = Buffer.from(phrase)
    // as text, as bytea prints it, in base64 at each offset, and as bytes of an object
    const forms = [phrase, bytes.toString('hex'), bytes.toString('latin1')]
    for (const offset of [0, 1, 2]) {
      const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
      forms.push(text.slice(4, -4))
    }
    for (const form of forms) expect(places.filter((place) => place.includes(form))).toEqual([])
  })

  test("another person's transcript does not exist", async () => {
    const [owner, stranger] = [await house.person(), await house.person()]
    const { transcript } = (await save({ userId: owner.id, text: 'mine' })).body
    await save({ userId: stranger.id, text: 'theirs' })
    const tries = [
      await read(transcript.id, `userId=${stranger.id}`),
      await read(transcript.id, `userId=${stranger.id}&format=txt`),
      await house.call('transcript-save', 'DELETE', `/${transcript.id}?userId=${stranger.id}`),
      await read(randomUUID(), `userId=${owner.id}`),
    ]
    expect(tries.map((reply) => [reply.status, reply.body.code])).toEqual(
      Array.from({ length: 4 }, () => [404, 'transcript_not_found']),
    )
    expect((await read(transcript.id, `userId=${owner.id}`)).body.text).toBe('mine')
  })

  test('an altered, swapped or lost ciphertext: 500 that tells nothing', async () => {
    const { id } = await house.person()
    const [one, two, large] = await Promise.all(
      ['first secret', 'second secret', largeText()].map(
        async (text) => (await save({ userId: id, text })).body.transcript.id,
      ),
    )
    const expectBroken = async (transcriptId: string): Promise<void> => {
      const reply = await read(transcriptId, `userId=${id}`)
      expect([reply.status, Object.keys(reply.body).sort()]).toEqual([
        500,
        ['code', 'requestId', 'status', 'title', 'type'],
      ])
    }
    await house.ownerSql`
      update user_transcripts t set transcript_data = o.transcript_data from user_transcripts o
      where t.id = ${one} and o.id = ${two}`
    await expectBroken(one)
    await house.ownerSql`
      update user_transcripts set transcript_data = set_byte(transcript_data, 20, get_byte(transcript_data, 20) # 1)
      where id = ${two}`
    await expectBroken(two)
    const [key = ''] = await objectsOf(id)
    const object = await house.storage.get(house.buckets.transcripts, key, { maxBytes: 10_000_000 })
    object.writeUInt8(object.readUInt8(1_000) ^ 1, 1_000)
    await house.storage.put(house.buckets.transcripts, key, object, {
      contentType: 'application/octet-stream',
    })
    await expectBroken(large)
    await house.storage.remove(house.buckets.transcripts, [key])
    await expectBroken(large)
    // the title in the place of the text is bound to its own place
    await house.ownerSql`update user_transcripts set transcript_data = title_data where id = ${one}`
    await expectBroken(one)
  })

  test('the first ten of a person at once share one data key', async () => {
    const { id } = await house.person()
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, index) => save({ userId: id, text: `text ${index}` })),
    )
    expect(replies.map((reply) => reply.status)).toEqual(Array.from({ length: 10 }, () => 201))
    for (const [index, reply] of replies.entries()) {
      expect((await read(reply.body.transcript.id, `userId=${id}`)).body.text).toBe(`text ${index}`)
    }
    expect(await house.ownerSql`select 1 from user_keys where user_id = ${id}`).toHaveLength(1)
  })
})

describe('refuses', () => {
  test.each<[string, Record<string, unknown>, number, string, RegExp]>([
    ['no text', {}, 400, 'invalid_input', /text or telegramFileId/],
    ['text and file', { text: 'a', telegramFileId: 'b' }, 400, 'invalid_input', /text or telegramFileId/],
    ['an empty text', { text: ' \n\t' }, 400, 'invalid_input', /empty/],
    ['NUL', { text: 'a\0b' }, 400, 'invalid_input', /./],
    ['half a character', { text: 'a\ud800b' }, 400, 'invalid_input', /./],
    ['an unknown format', { text: 'a', format: 'docx' }, 400, 'invalid_input', /./],
    ['an unknown field', { text: 'a', speaker: 'x' }, 400, 'invalid_input', /./],
    ['a blank title', { text: 'a', title: ' \n ' }, 400, 'invalid_input', /./],
    ['a strange language', { text: 'a', language: 'ру' }, 400, 'invalid_input', /./],
    ['a negative duration', { text: 'a', durationSeconds: -1 }, 400, 'invalid_input', /./],
    [
      'SRT without times',
      { text: '1\n00:00:01,000 --> soon\nHi\n', format: 'srt' },
      400,
      'invalid_input',
      /Line 2/,
    ],
    ['broken JSON', { text: '{"text":\n"a"', format: 'json' }, 400, 'invalid_input', /JSON/],
    ['too many characters', { text: 'я'.repeat(1_000_001) }, 413, 'too_large', /1000000/],
    ['an unknown file', { telegramFileId: 'BQACAgInobodyknowsthis' }, 404, 'file_not_found', /./],
  ])('%s', async (_name, body, status, code, detail) => {
    const { id } = await house.person()
    const reply = await save({ userId: id, ...body })
    expect([reply.status, reply.body.code]).toEqual([status, code])
    expect(reply.body.detail).toMatch(detail)
    await expectUntouched(id)
  })

  test.each<[string, string, string, CallOptions, number, string]>([
    ['nobody named', 'POST', '/', {}, 400, 'invalid_input'],
    [
      'an unknown person',
      'POST',
      '/',
      { body: { telegramId: 1, format: 'text', text: 'a' } },
      404,
      'user_not_found',
    ],
    ['no key', 'POST', '/', { key: null }, 400, 'invalid_input'],
    ['no token', 'POST', '/', { as: null }, 401, 'unauthenticated'],
    ['no scope to write', 'POST', '/', { as: 'limited-client' }, 403, 'forbidden'],
    ['no scope to read', 'GET', `/?userId=${randomUUID()}`, { as: 'limited-client' }, 403, 'forbidden'],
    [
      'another media type',
      'POST',
      '/',
      { raw: { bytes: 'text', type: 'text/plain' } },
      415,
      'unsupported_media',
    ],
    ['another method', 'PATCH', '/', {}, 405, 'method_not_allowed'],
    ['the list of an unknown person', 'GET', `/?userId=${randomUUID()}`, {}, 404, 'user_not_found'],
    ['a page too large', 'GET', `/?userId=${randomUUID()}&limit=101`, {}, 400, 'invalid_input'],
    ['an id that is none', 'GET', `/none?userId=${randomUUID()}`, {}, 400, 'invalid_input'],
    [
      'an unknown output format',
      'GET',
      `/${randomUUID()}?userId=${randomUUID()}&format=pdf`,
      {},
      400,
      'invalid_input',
    ],
  ])('%s', async (_name, method, path, options, status, code) => {
    const body = method === 'POST' && !options.raw ? { body: { format: 'text', text: 'a' } } : {}
    const reply = await house.call('transcript-save', method, path, { ...body, ...options })
    expect([reply.status, reply.body.code]).toEqual([status, code])
  })

  test('a body of more than 5 MB', async () => {
    const reply = await house.call('transcript-save', 'POST', '/', {
      raw: { bytes: Buffer.alloc(5 * 1024 * 1024 + 1, 'a'), type: 'application/json' },
    })
    expect([reply.status, reply.body.code]).toEqual([413, 'too_large'])
  })
})

describe('idempotency', () => {
  test('the same key again: the first answer, one charge; other input: 422', async () => {
    const { id } = await house.person()
    const key = randomUUID()
    const first = await save({ userId: id, text: 'once' }, { key })
    const again = await save({ text: 'once', userId: id }, { key })
    expect([again.status, again.headers.get('idempotency-replayed'), again.body]).toEqual([
      201,
      'true',
      first.body,
    ])
    const other = await save({ userId: id, text: 'twice' }, { key })
    expect([other.status, other.body.code]).toEqual([422, 'key_reused'])
    expect(await stateOf(id)).toMatchObject({ coins: BONUS - PRICE, transcripts: 1, charges: 1 })
    // an answer stays an answer, also when the transcript is gone
    await house.call('transcript-save', 'DELETE', `/${first.body.transcript.id}?userId=${id}`)
    expect((await save({ userId: id, text: 'once' }, { key })).body).toEqual(first.body)
  })

  test('the same key twenty times at once: one transcript, one charge, one object', async () => {
    const { id } = await house.person()
    const [text, key] = [largeText(), randomUUID()]
    const replies = await Promise.all(Array.from({ length: 20 }, () => save({ userId: id, text }, { key })))
    expect(replies.map((reply) => reply.status)).toEqual(Array.from({ length: 20 }, () => 201))
    expect(new Set(replies.map((reply) => reply.body.transcript.id)).size).toBe(1)
    expect(await stateOf(id)).toEqual({
      coins: BONUS - PRICE,
      ledger: BONUS - PRICE,
      transcripts: 1,
      charges: 1,
    })
    expect(await objectsOf(id)).toHaveLength(1)
  })
})

describe('money and failures', () => {
  test('without the coins: 402 with what is missing, and nothing stored', async () => {
    const { id } = await house.person()
    await setCoins(id, 2)
    const reply = await save({ userId: id, text: largeText() })
    expect([reply.status, reply.body]).toMatchObject([
      402,
      { code: 'insufficient_funds', price: PRICE, missing: 3 },
    ])
    expect(await stateOf(id)).toMatchObject({ coins: 2, transcripts: 0, charges: 0 })
    // refused before the work of sealing began
    expect(await house.ownerSql`select 1 from user_keys where user_id = ${id}`).toEqual([])
    expect(await objectsOf(id)).toEqual([])
  })

  test('four large ones at once with coins for two: two are stored, two refused', async () => {
    const { id } = await house.person()
    await setCoins(id, 2 * PRICE)
    const replies = await Promise.all(
      Array.from({ length: 4 }, () => save({ userId: id, text: largeText() })),
    )
    expect(replies.map((reply) => reply.status).sort()).toEqual([201, 201, 402, 402])
    expect(await stateOf(id)).toMatchObject({ coins: 0, transcripts: 2, charges: 2 })
    expect(await objectsOf(id)).toHaveLength(2)
  })

  test('a transaction that breaks leaves neither row nor object, and frees its key', async () => {
    const { id } = await house.person()
    const [text, key] = [largeText(), randomUUID()]
    await house.ownerSql`create function fail_now() returns trigger language plpgsql as $$ begin raise exception 'broken on purpose'; end $$`
    await house.ownerSql`create trigger fail_now before insert on transactions for each row execute function fail_now()`
    const reply = await save({ userId: id, text }, { key })
    await house.ownerSql`drop trigger fail_now on transactions`
    expect([reply.status, reply.body.code]).toEqual([500, 'internal'])
    await expectUntouched(id)
    expect((await save({ userId: id, text }, { key })).status).toBe(201)
  })

  test('an erased person gets nothing stored', async () => {
    const { id } = await house.person()
    await house.ownerSql`
      update users set erased_at = now(), telegram_id = null, username = null, first_name = null where id = ${id}`
    const reply = await save({ userId: id, text: 'late' })
    expect([reply.status, reply.body.code]).toEqual([404, 'user_not_found'])
  })

  test('the object store away: a large one 503, a small one works', async () => {
    const store = house.resourcesOf('transcript-save').config.storage
    if (!store) throw new Error('No store is configured.')
    const poor = await openHouse({
      functions: [handler, register],
      config: { storage: { ...store, endpoint: 'http://127.0.0.1:1' } },
    })
    try {
      const { id } = await poor.person()
      const startedAt = performance.now()
      const large = await poor.call('transcript-save', 'POST', '/', {
        body: { userId: id, format: 'text', text: largeText() },
      })
      expect(performance.now() - startedAt).toBeLessThan(8_000)
      expect([large.status, large.body.code]).toEqual([503, 'unavailable'])
      const small = await poor.call('transcript-save', 'POST', '/', {
        body: { userId: id, format: 'text', text: 'small' },
      })
      expect(small.status).toBe(201)
      const [row] = await poor.ownerSql`
        select coins, (select count(*)::bigint from user_transcripts) as transcripts from user_balances where user_id = ${id}`
      expect(row).toEqual({ coins: BONUS - PRICE, transcripts: 1 })
    } finally {
      await poor.close()
    }
  })
})

describe('a document at Telegram', () => {
  const send = async (userId: string, bytes: Buffer, format: string) => {
    const { fileId } = await addDocument(house.sim.state, {
      bytes,
      fileName: 'call.srt',
      mimeType: 'text/plain',
    })
    return save({ userId, format, telegramFileId: fileId }, { as: 'dispatcher' })
  }

  test('is read in the encodings of its time, and answered by the chat', async () => {
    const { id } = await house.person()
    // "Привет" as Windows-1251 writes it
    const old = Buffer.concat([
      Buffer.from('1\r\n00:00:01,000 --> 00:00:02,000\r\n'),
      Buffer.from('cff0e8e2e5f2', 'hex'),
      Buffer.from('\r\n'),
    ])
    const reply = await send(id, old, 'srt')
    expect([reply.status, reply.body.transcript.title]).toEqual([201, 'Привет'])
    const receipts = await house.ownerSql`
      select 1 from graphile_worker._private_jobs where payload ->> 'userId' = ${id} and payload ->> 'kind' = 'charge-receipt'`
    expect(receipts).toHaveLength(0)
  })

  test('that is no text is refused', async () => {
    const { id } = await house.person()
    const reply = await send(id, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13]), 'text')
    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_input'])
    await expectUntouched(id)
  })

  test('of more than 5 MB is not downloaded', async () => {
    const { id } = await house.person()
    const reply = await send(id, Buffer.alloc(5 * 1024 * 1024 + 1, 'a'), 'text')
    expect([reply.status, reply.body.code]).toEqual([413, 'too_large'])
    await expectUntouched(id)
  })
})
