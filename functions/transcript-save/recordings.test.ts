import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { claimRecording, keepClaim } from '#shared/db/recordings.ts'
import { makeVoice } from '../../local/speech/ogg.ts'
import { type SpeechSimulator, startSpeechSimulator } from '../../local/speech/server.ts'
import { makeWav } from '../../local/speech/wav.ts'
import { addDocument, addRecording } from '../../local/telegram/files.ts'
import { checkInvariants } from '../../test/money/invariants.ts'
import { startVictim } from '../../test/storage/support/victim.ts'
import { type House, openHouse, type Reply } from '../../test/support/house.ts'
import { handler as charge } from '../charge/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler } from './handler.ts'
import { recogniserOf } from './recogniser.ts'

/** Welcome bonus, and price of a minute of a recording, in the repository's tariff. */
const BONUS = 50
const MINUTE = 3
const KEY = 'key-of-the-recogniser'
const CLIENTS = { as: 'client' } as const

let speech: SpeechSimulator
let house: House

beforeAll(async () => {
  speech = await startSpeechSimulator({ key: KEY })
  house = await openHouse({
    functions: [handler, register, charge],
    config: { speech: { url: speech.url, model: 'toy-1', key: KEY, restMs: 0 } },
  })
})
afterEach(async () => {
  speech.faults.clear()
  house.sim.faults.clear()
  await house.settled()
  expect(await checkInvariants(house.ownerSql)).toEqual([])
})
afterAll(async () => {
  await house?.close()
  await speech?.close()
})

const keep = async (bytes: Buffer, fileName = 'voice.ogg'): Promise<string> =>
  (await addRecording(house.sim.state, 'voice', { bytes, fileName, mimeType: 'audio/ogg' })).fileId

const voice = (words: string, seconds = 3): Promise<string> => keep(makeVoice({ words, seconds }))

const submit = (body: Record<string, unknown>, options: { key?: string } = {}): Promise<Reply> =>
  house.call('transcript-save', 'POST', '/recordings', {
    body: { durationSeconds: 3, ...body },
    ...options,
    ...CLIENTS,
  })

const show = async (userId: string, id: string) =>
  (await house.call('transcript-save', 'GET', `/recordings/${id}?userId=${userId}`)).body.recording

const run = (): Promise<Reply> => house.call('transcript-save', 'POST', '/', { as: 'cron', key: null })

/** Makes it due whatever pause it was given, as if the time had passed. */
const hurry = (id: string) =>
  house.ownerSql`update recordings set due_at = now(), lease_until = now() where id = ${id}`

/** Runs until the recording has ended. */
const ended = async (userId: string, id: string) => {
  for (let tries = 0; tries < 20; tries += 1) {
    await run()
    await recogniserOf(house.resourcesOf('transcript-save')).idle()
    const recording = await show(userId, id)
    if (recording.state === 'done' || recording.state === 'failed') return recording
    await hurry(id)
  }
  throw new Error('The recording does not end.')
}

const walletOf = async (userId: string) => {
  const [row] = await house.ownerSql<{ coins: number; held: number; transcripts: number; holds: string }[]>`
    select coins, held, (select count(*)::bigint from user_transcripts where user_id = ${userId}) as transcripts,
      (select string_agg(case when state = 'active' and expires_at <= now() then 'expired' else state end, ',')
        from holds where user_id = ${userId}) as holds
    from user_balances where user_id = ${userId}`
  return row
}
const PAID_NOTHING = { coins: BONUS, held: 0, transcripts: 0, holds: 'released' }

describe('a recording becomes a transcript', () => {
  test('coins are set aside, then taken with the text, once', async () => {
    const { id: userId } = await house.person()
    const telegramFileId = await voice('Привет. Это проверка связи.', 61)
    const reply = await submit({
      userId,
      telegramFileId,
      durationSeconds: 61,
      coins: 2 * MINUTE,
      title: 'Звонок',
    })
    expect([reply.status, reply.body.recording.coins, reply.body.recording.durationSeconds]).toEqual([
      202, 6, 61,
    ])
    const { id } = reply.body.recording
    const recording = await ended(userId, id)
    expect(recording).toMatchObject({ state: 'done', transcriptId: id, reason: null })
    expect(await walletOf(userId)).toEqual({ coins: BONUS - 6, held: 0, transcripts: 1, holds: 'captured' })
    const { body } = await house.call('transcript-save', 'GET', `/${id}?userId=${userId}`)
    expect(body).toMatchObject({
      transcript: { id, title: 'Звонок', language: 'ru', characters: 27 },
      text: 'Привет. Это проверка связи.',
      segments: [
        { start: 0, end: 30.5, text: 'Привет.' },
        { start: 30.5, end: 61, text: 'Это проверка связи.' },
      ],
    })
    const srt = await house.call('transcript-save', 'GET', `/${id}?userId=${userId}&format=srt`)
    expect(srt.body).toContain('00:00:30,500 --> 00:01:01,000')
    expect(speech.calls().at(-1)).toMatchObject({ model: 'toy-1', fileName: 'recording.ogg' })
    const [receipt] = await house.ownerSql`
      select 1 from graphile_worker._private_jobs where payload ->> 'userId' = ${userId} and payload ->> 'kind' = 'charge-receipt'`
    expect(receipt).toBeDefined()
    const found = await house.call(
      'transcript-save',
      'GET',
      `/search?userId=${userId}&q=${encodeURIComponent('провер')}`,
    )
    expect(found.body.items).toHaveLength(1)
    const [row] = await house.ownerSql`select telegram_file_id, lease_holder from recordings where id = ${id}`
    expect(row).toEqual({ telegram_file_id: null, lease_holder: null })
  })

  test('it is begun by the wake-up alone, without a schedule', async () => {
    const { id: userId } = await house.person()
    const { body } = await submit({ userId, telegramFileId: await voice('Woken up.') })
    await expect
      .poll(async () => (await show(userId, body.recording.id)).state, { timeout: 10_000 })
      .toBe('done')
  })

  test('the same key again is the same recording, as it is now', async () => {
    const { id: userId } = await house.person()
    const [key, telegramFileId] = [randomUUID(), await voice('Once.')]
    const first = await submit({ userId, telegramFileId }, { key })
    await ended(userId, first.body.recording.id)
    const again = await submit({ userId, telegramFileId }, { key })
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([202, 'true'])
    expect(again.body.recording).toMatchObject({ id: first.body.recording.id, state: 'done' })
    expect(await walletOf(userId)).toMatchObject({ coins: BONUS - MINUTE, transcripts: 1 })
  })

  test('two buttons pressed at once: one recording for one message', async () => {
    const { id: userId } = await house.person()
    const telegramFileId = await voice('Twice.')
    const replies = await Promise.all([1, 2].map(() => submit({ userId, telegramFileId, messageId: 77 })))
    expect(replies.map(({ status }) => status).sort()).toEqual([202, 409])
    expect(replies.find(({ status }) => status === 409)?.body).toMatchObject({
      code: 'conflict',
      limit: 'recording',
    })
    const id = replies.find(({ status }) => status === 202)?.body.recording.id
    await ended(userId, id)
    expect(await walletOf(userId)).toMatchObject({ coins: BONUS - MINUTE, transcripts: 1 })
  })

  test('a WAV and a large text, which lies in the object store', async () => {
    const { id: userId } = await house.person()
    const wav = await submit({
      userId,
      telegramFileId: await keep(makeWav({ words: 'From a WAV.', seconds: 2 })),
    })
    expect(await ended(userId, wav.body.recording.id)).toMatchObject({ state: 'done' })
    const words = `${randomBytes(300_000).toString('base64')}.`
    const large = await submit({ userId, telegramFileId: await keep(makeWav({ words, seconds: 2 })) })
    const recording = await ended(userId, large.body.recording.id)
    // one line of a subtitle is not that long
    expect(recording).toMatchObject({ state: 'failed', reason: 'too-long-text' })
    const lines = `${words.replace(/(.{100})/g, '$1. ')}`
    const again = await submit({ userId, telegramFileId: await keep(makeWav({ words: lines, seconds: 2 })) })
    expect(await ended(userId, again.body.recording.id)).toMatchObject({ state: 'done' })
    const objects: string[] = []
    for await (const { key } of house.storage.list(house.buckets.transcripts, `transcripts/${userId}/`))
      objects.push(key)
    expect(objects).toHaveLength(1)
  })
})

describe('refused before anything is set aside', () => {
  test('without the coins, with another price, too long, nonsense', async () => {
    const { id: userId } = await house.person()
    const telegramFileId = await voice('No.')
    const short = await submit({ userId, telegramFileId, durationSeconds: 60 * 17 })
    expect([short.status, short.body]).toMatchObject([402, { price: 51, missing: 1 }])
    const price = await submit({ userId, telegramFileId, coins: 2 })
    expect([price.status, price.body]).toMatchObject([409, { limit: 'price', coins: MINUTE }])
    const long = await submit({ userId, telegramFileId, durationSeconds: 7_201 })
    expect([long.status, long.body]).toMatchObject([413, { maxMinutes: 120 }])
    for (const body of [
      { durationSeconds: 0 },
      { durationSeconds: 1.5 },
      { messageId: -1 },
      { telegramFileId: '' },
    ]) {
      expect((await submit({ userId, telegramFileId, ...body })).status).toBe(400)
    }
    expect(await walletOf(userId)).toMatchObject({ coins: BONUS, held: 0, holds: null })
  })

  test('more at once than the tariff has', async () => {
    const { id: userId } = await house.person()
    speech.faults.add({ target: 'method', do: 'delay', delayMs: 500 })
    const replies: Reply[] = []
    for (let count = 0; count < 4; count += 1)
      replies.push(await submit({ userId, telegramFileId: await voice(`Number ${count}.`) }))
    expect(replies.map(({ status }) => status)).toEqual([202, 202, 202, 409])
    expect(replies[3]?.body).toMatchObject({ limit: 'recordings', atOnce: 3 })
    for (const { body } of replies.slice(0, 3)) await ended(userId, body.recording.id)
    expect(await walletOf(userId)).toMatchObject({ coins: BONUS - 3 * MINUTE, held: 0 })
  })

  test('a quote: by seconds, by the file itself, and without a recogniser', async () => {
    const { id: userId } = await house.person()
    const quote = async (query: string) =>
      (await house.call('transcript-save', 'GET', `/recordings/quote?userId=${userId}&${query}`)).body
    expect(await quote('durationSeconds=61')).toEqual({
      available: true,
      durationSeconds: 61,
      minutes: 2,
      coins: 6,
      missing: 0,
      maxMinutes: 120,
    })
    expect(await quote('durationSeconds=6000')).toMatchObject({ coins: 300, missing: 250 })
    expect(await quote(`telegramFileId=${await voice('x', 125)}`)).toMatchObject({
      durationSeconds: 125,
      minutes: 3,
    })
    const text = await addDocument(house.sim.state, {
      bytes: Buffer.from('no'),
      fileName: 'a.mp3',
      mimeType: 'audio/mpeg',
    })
    expect(await quote(`telegramFileId=${text.fileId}`)).toMatchObject({ code: 'unsupported_media' })
    expect(await quote('telegramFileId=unknown')).toMatchObject({ code: 'file_not_found' })
    expect(await quote('')).toMatchObject({ code: 'invalid_input' })

    const silent = await openHouse({ functions: [handler, register] })
    try {
      const { id } = await silent.person()
      const path = `/recordings/quote?userId=${id}&durationSeconds=5`
      expect((await silent.call('transcript-save', 'GET', path)).body).toMatchObject({
        available: false,
        coins: null,
      })
      const refused = await silent.call('transcript-save', 'POST', '/recordings', {
        body: { userId: id, telegramFileId: 'x', durationSeconds: 5 },
      })
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '3600'])
    } finally {
      await silent.close()
    }
  })

  test("another person's recording is not there", async () => {
    const [one, other] = [await house.person(), await house.person()]
    const { body } = await submit({ userId: one.id, telegramFileId: await voice('Mine.') })
    const path = `/recordings/${body.recording.id}?userId=${other.id}`
    expect((await house.call('transcript-save', 'GET', path)).status).toBe(404)
    await ended(one.id, body.recording.id)
  })
})

describe('failed work is never paid', () => {
  const expectFailure = async (reason: string, telegramFileId: string, seconds = 3): Promise<void> => {
    const { id: userId } = await house.person()
    const { body } = await submit({ userId, telegramFileId, durationSeconds: seconds })
    expect(await ended(userId, body.recording.id)).toMatchObject({
      state: 'failed',
      reason,
      transcriptId: null,
    })
    expect(await walletOf(userId)).toEqual(PAID_NOTHING)
  }

  test.each(['500', '429', 'reset'] as const)(
    'the recogniser answers %s: three times, then given up',
    async (fault) => {
      const rule = speech.faults.add({ target: 'method', do: fault })
      await expectFailure('away', await voice('Nobody hears this.'))
      expect(rule.struck).toBe(3)
    },
  )

  test.each(['garbage', 'html', 'empty', 'huge', 'truncated', 'redirect'] as const)(
    'its answer is %s',
    async (kind) => {
      speech.talkNonsense(kind, 3)
      await expectFailure('away', await voice('Nobody hears this.'))
    },
  )

  test('it comes to itself: the second try is paid, once', async () => {
    const { id: userId } = await house.person()
    speech.faults.add({ target: 'method', do: '500', times: 1 })
    speech.talkNonsense('garbage')
    const { body } = await submit({ userId, telegramFileId: await voice('At last.') })
    expect(await ended(userId, body.recording.id)).toMatchObject({ state: 'done' })
    expect(await walletOf(userId)).toEqual({
      coins: BONUS - MINUTE,
      held: 0,
      transcripts: 1,
      holds: 'captured',
    })
  })

  test('silence; bytes that it cannot read; bytes that are no recording', async () => {
    speech.talkNonsense('silence')
    await expectFailure('silent', await voice('Said in vain.'))
    speech.faults.add({ target: 'method', do: '400', times: 1 })
    await expectFailure('unreadable', await voice('Damaged.'))
    const text = await addDocument(house.sim.state, {
      bytes: Buffer.from('%PDF-1.7'),
      fileName: 'a.ogg',
      mimeType: 'audio/ogg',
    })
    await expectFailure('unreadable', text.fileId)
  })

  test('a file that Telegram does not hand out any more', () =>
    expectFailure('gone', 'AwACAgI-nobody-knows-this'))

  test('a recording that is longer than was paid for: in its bytes, or in what is heard', async () => {
    const before = speech.calls().length
    await expectFailure('longer', await voice('Two minutes and more.', 125), 60)
    // its bytes say so: nobody listens
    expect(speech.calls()).toHaveLength(before)
    // a second or two more is what apps round off
    const { id: userId } = await house.person()
    const { body } = await submit({
      userId,
      telegramFileId: await voice('Rounded.', 61),
      durationSeconds: 60,
    })
    expect(await ended(userId, body.recording.id)).toMatchObject({ state: 'done', coins: MINUTE })
    speech.faults.add({ target: 'method', do: 'alter', fields: { duration: 500 }, times: 1 })
    await expectFailure('longer', await voice('It says it is short.'))
  })

  test('the hold runs out while it is listened to: the text is not stored', async () => {
    const { id: userId } = await house.person()
    speech.faults.add({ target: 'method', do: 'delay', delayMs: 700 })
    const { body } = await submit({ userId, telegramFileId: await voice('Too late.') })
    const { id } = body.recording
    await expect.poll(async () => (await show(userId, id)).state).toBe('recognising')
    await house.ownerSql`update holds set expires_at = now() where user_id = ${userId}`
    expect(await ended(userId, id)).toMatchObject({ state: 'failed', reason: 'too-late' })
    expect(await walletOf(userId)).toMatchObject({ coins: BONUS, held: 0, transcripts: 0, holds: 'expired' })
  })

  test('the hold runs out while it waits: nobody listens any more', async () => {
    const { id: userId } = await house.person()
    await house.ownerSql`
      insert into leases (name, holder, expires_at) values ('transcript-save:/recordings/run', 'test', now() + interval '1 hour')
      on conflict (name) do update set expires_at = excluded.expires_at`
    const { body } = await submit({ userId, telegramFileId: await voice('Never heard.') })
    await house.settled()
    await house.ownerSql`update holds set expires_at = now() where user_id = ${userId}`
    await house.ownerSql`update leases set expires_at = now()`
    const before = speech.calls().length
    expect(await ended(userId, body.recording.id)).toMatchObject({ state: 'failed', reason: 'too-late' })
    expect(speech.calls()).toHaveLength(before)
    expect(await walletOf(userId)).toMatchObject({ coins: BONUS, held: 0, transcripts: 0 })
  })

  test('the recogniser takes longer than the coins are set aside for', async () => {
    const { id: userId } = await house.person()
    const rule = speech.faults.add({ target: 'method', do: 'timeout' })
    await house.ownerSql`
      insert into leases (name, holder, expires_at) values ('transcript-save:/recordings/run', 'test', now() + interval '1 hour')
      on conflict (name) do update set expires_at = excluded.expires_at`
    const { body } = await submit({ userId, telegramFileId: await voice('Slowly.') })
    await house.settled()
    // half a minute of it is kept for storing and telling
    await house.ownerSql`update holds set expires_at = now() + interval '30.7 seconds' where user_id = ${userId}`
    await house.ownerSql`update leases set expires_at = now()`
    expect(await ended(userId, body.recording.id)).toMatchObject({ state: 'failed', reason: 'too-late' })
    expect(rule.struck).toBe(1)
    expect(await walletOf(userId)).toEqual(PAID_NOTHING)
  })

  test('the person is erased meanwhile', async () => {
    const { id: userId } = await house.person()
    speech.faults.add({ target: 'method', do: 'delay', delayMs: 500 })
    const { body } = await submit({ userId, telegramFileId: await voice('Gone.') })
    await expect.poll(async () => (await show(userId, body.recording.id)).state).toBe('recognising')
    await house.ownerSql`
      update users set erased_at = now(), telegram_id = null, username = null, first_name = null where id = ${userId}`
    await run()
    await recogniserOf(house.resourcesOf('transcript-save')).idle()
    const [row] = await house.ownerSql`select state, reason from recordings where user_id = ${userId}`
    expect(row).toEqual({ state: 'failed', reason: 'gone' })
    expect(await walletOf(userId)).toEqual(PAID_NOTHING)
  })

  test('the transaction that stores it breaks: neither row, object nor coin', async () => {
    const { id: userId } = await house.person()
    await house.ownerSql`create function fail_now() returns trigger language plpgsql as $$ begin raise exception 'broken on purpose'; end $$`
    await house.ownerSql`create trigger fail_now before insert on transactions for each row execute function fail_now()`
    const words = `${randomBytes(300_000)
      .toString('hex')
      .replace(/(.{100})/g, '$1. ')}`
    const { body } = await submit({ userId, telegramFileId: await keep(makeWav({ words, seconds: 2 })) })
    const recording = await ended(userId, body.recording.id)
    await house.ownerSql`drop trigger fail_now on transactions`
    await house.ownerSql`drop function fail_now`
    expect(recording).toMatchObject({ state: 'failed', reason: 'interrupted' })
    expect(await walletOf(userId)).toEqual(PAID_NOTHING)
    const objects: string[] = []
    for await (const { key } of house.storage.list(house.buckets.transcripts, `transcripts/${userId}/`))
      objects.push(key)
    expect(objects).toEqual([])
  })
})

describe('workers that die', () => {
  test('a claim that is lost to another worker stores nothing', async () => {
    const { id: userId } = await house.person()
    speech.faults.add({ target: 'method', do: 'delay', delayMs: 700, times: 1 })
    const { body } = await submit({ userId, telegramFileId: await voice('Mine or yours.') })
    const { id } = body.recording
    await expect.poll(async () => (await show(userId, id)).state).toBe('recognising')
    const holder = randomUUID()
    await house.ownerSql`update recordings set lease_until = now() where id = ${id}`
    expect(await claimRecording(house.appSql, { holder, seconds: 60 })).toMatchObject({ id, attempts: 2 })
    await recogniserOf(house.resourcesOf('transcript-save')).idle()
    expect(await show(userId, id)).toMatchObject({ state: 'downloading' })
    expect(await walletOf(userId)).toEqual({ coins: BONUS, held: MINUTE, transcripts: 0, holds: 'active' })
    expect(await keepClaim(house.appSql, { id, holder, state: 'recognising', seconds: 0 })).toBe(true)
    expect(await ended(userId, id)).toMatchObject({ state: 'done' })
    expect(await walletOf(userId)).toMatchObject({ coins: BONUS - MINUTE, transcripts: 1 })
  })

  test('three dead workers: given up, and the coins are free', async () => {
    const { id: userId } = await house.person()
    await house.ownerSql`update leases set expires_at = now() + interval '1 hour'`
    const { body } = await submit({ userId, telegramFileId: await voice('Deadly.') })
    const { id } = body.recording
    await house.settled()
    for (let death = 0; death < 3; death += 1) {
      expect(await claimRecording(house.appSql, { holder: randomUUID(), seconds: 0 })).toMatchObject({ id })
    }
    expect(await claimRecording(house.appSql, { holder: randomUUID(), seconds: 0 })).toBeUndefined()
    await house.ownerSql`update leases set expires_at = now()`
    expect(await ended(userId, id)).toMatchObject({ state: 'failed', reason: 'interrupted' })
    expect(await walletOf(userId)).toEqual(PAID_NOTHING)
  })

  test('a process killed while it listens: the next one has the text, paid once', {
    timeout: 60_000,
  }, async () => {
    const { id: userId } = await house.person()
    // the house's own function stays out of it, until the victim is dead
    await house.ownerSql`
      insert into leases (name, holder, expires_at) values ('transcript-save:/recordings/run', 'test', now() + interval '1 hour')
      on conflict (name) do update set expires_at = excluded.expires_at`
    const before = speech.calls().length
    const victim = await startVictim('transcript-save', house.resourcesOf('transcript-save').config)
    speech.faults.add({ target: 'method', do: 'accept-then-timeout', times: 1 })
    const { body } = await submit({ userId, telegramFileId: await voice('Heard, and not stored.') })
    const { id } = body.recording
    await house.settled()
    await house.ownerSql`update leases set expires_at = now(), started_at = now() - interval '1 hour'`
    const call = fetch(`${victim.url}/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await house.token('cron', 'transcript-save')}` },
    }).catch(() => undefined)
    await expect.poll(() => speech.calls().length, { timeout: 15_000 }).toBe(before + 1)
    victim.kill()
    await Promise.all([victim.gone, call])
    expect(await show(userId, id)).toMatchObject({ state: 'recognising' })
    expect(await walletOf(userId)).toEqual({ coins: BONUS, held: MINUTE, transcripts: 0, holds: 'active' })
    await house.ownerSql`update leases set expires_at = now()`
    await hurry(id)
    expect(await ended(userId, id)).toMatchObject({ state: 'done' })
    expect(await walletOf(userId)).toEqual({
      coins: BONUS - MINUTE,
      held: 0,
      transcripts: 1,
      holds: 'captured',
    })
  })

  test('a function that ends gives its recording back, and the try does not count', async () => {
    const other = await openHouse({
      functions: [handler, register],
      config: { speech: { url: speech.url, model: 'toy-1', key: KEY, restMs: 0 } },
    })
    let isClosed = false
    try {
      const { id: userId } = await other.person()
      speech.faults.add({ target: 'method', do: 'timeout' })
      const upload = {
        bytes: makeVoice({ words: 'Later.', seconds: 2 }),
        fileName: 'a.ogg',
        mimeType: 'audio/ogg',
      }
      const { fileId } = await addRecording(other.sim.state, 'voice', upload)
      await other.call('transcript-save', 'POST', '/recordings', {
        body: { userId, telegramFileId: fileId, durationSeconds: 2 },
      })
      const rowOf = async () =>
        (
          await other.ownerSql`select state, attempts, lease_holder from recordings where user_id = ${userId}`
        )[0]
      await expect.poll(rowOf).toMatchObject({ state: 'recognising', attempts: 1 })
      await recogniserOf(other.resourcesOf('transcript-save')).stop()
      expect(await rowOf()).toEqual({ state: 'queued', attempts: 0, lease_holder: null })
      isClosed = true
      await other.close()
    } finally {
      if (!isClosed) await other.close()
    }
  })
})

describe('the schedule', () => {
  test('the cron connector, which can send no token, starts what waits', async () => {
    const other = await openHouse({
      functions: [handler, register],
      // nobody wakes the function: the gateway is away
      config: {
        speech: { url: speech.url, model: 'toy-1', key: KEY, restMs: 0 },
        allowCronWakeup: true,
        gatewayUrl: 'http://127.0.0.1:1',
      },
    })
    try {
      const { id: userId } = await other.person()
      const upload = {
        bytes: makeVoice({ words: 'By cron.', seconds: 2 }),
        fileName: 'a.ogg',
        mimeType: 'audio/ogg',
      }
      const { fileId } = await addRecording(other.sim.state, 'voice', upload)
      const { body } = await other.call('transcript-save', 'POST', '/recordings', {
        body: { userId, telegramFileId: fileId, durationSeconds: 2 },
      })
      const wakeUp = (headers: Record<string, string>) =>
        other.call('transcript-save', 'POST', '/', { as: null, key: null, headers })
      expect((await wakeUp({})).status).toBe(401)
      const woken = await wakeUp({ 'x-connector': 'cron-connector' })
      expect([woken.status, woken.bytes.length]).toEqual([202, 0])
      const path = `/recordings/${body.recording.id}?userId=${userId}`
      expect((await other.call('transcript-save', 'GET', path)).body.recording.state).toBe('done')
    } finally {
      await other.close()
    }
  })

  test('counts what has ended and what is open', async () => {
    const headers = { authorization: `Bearer ${house.metricsToken}` }
    const metrics = await house.call('transcript-save', 'GET', '/metrics', { as: null, headers })
    expect(metrics.body).toMatch(/kopeika_recordings_total\{outcome="done"[^}]*\} [1-9]/)
    expect(metrics.body).toMatch(/kopeika_recordings_total\{outcome="away"[^}]*\} [1-9]/)
    expect(metrics.body).toMatch(/kopeika_recordings_open\{[^}]*\} 0/)
  })

  test('POST / with neither key nor body works on recordings; with one of them it saves a text', async () => {
    const bare = await run()
    expect([bare.status, bare.body]).toEqual([200, { done: 0, failed: 0, isAllDone: true }])
    const keyed = await house.call('transcript-save', 'POST', '/', { body: {} })
    expect([keyed.status, keyed.body.code]).toEqual([400, 'invalid_input'])
    const stranger = await house.call('transcript-save', 'POST', '/', { as: 'limited-client', key: null })
    expect(stranger.status).toBe(403)
  })
})
