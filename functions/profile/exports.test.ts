import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { claimExport, endExport, keepExport } from '#shared/db/exports.ts'
import { text } from '#shared/domain/texts/texts.ts'
import { BotApiError, tooManyRequests } from '../../local/telegram/api-error.ts'
import { messagesOf } from '../../local/telegram/messages.ts'
import { addPerson, savePerson, setBlocked } from '../../local/telegram/people.ts'
import { startVictim } from '../../test/storage/support/victim.ts'
import { type CallOptions, type House, openHouse, type Reply } from '../../test/support/house.ts'
import { unzip } from '../../test/support/unzip.ts'
import { handler as register } from '../register/handler.ts'
import { handler as transcriptSave } from '../transcript-save/handler.ts'
import { exporterOf } from './exporter.ts'
import { handler } from './handler.ts'

let house: House

beforeAll(async () => {
  house = await openHouse({ functions: [handler, register, transcriptSave] })
})
afterEach(async () => {
  delete house.sim.state.faults.beforeMethod
  await idle()
})
afterAll(() => house?.close())

const start = (userId: string, options: CallOptions = {}): Promise<Reply> =>
  house.call('profile', 'POST', '/exports', { body: { userId }, ...options })

const show = async (userId: string, exportId: string) =>
  (await house.call('profile', 'GET', `/exports/${exportId}?userId=${userId}`)).body

const idle = () => exporterOf(house.resourcesOf('profile')).idle()

const run = (): Promise<Reply> => house.call('profile', 'POST', '/', { as: 'cron', key: null })

/** Somebody with an account who has written to the bot. */
const person = async (languageCode = 'en') => {
  const made = await house.person()
  const { state } = house.sim
  savePerson(state, { ...addPerson(state, { id: made.telegramId, firstName: 'Ann' }), started: true })
  await house.ownerSql`update users set language_code = ${languageCode} where id = ${made.id}`
  return made
}

const messagesTo = (telegramId: number) =>
  messagesOf(house.sim.state, telegramId).map(({ message }) => message)

const download = async (fileId: string): Promise<Buffer> => {
  const asked = await fetch(`${house.sim.apiRoot}/bot${house.sim.token}/getFile?file_id=${fileId}`)
  const { result } = (await asked.json()) as { result: { file_path: string } }
  const response = await fetch(`${house.sim.apiRoot}/file/bot${house.sim.token}/${result.file_path}`)
  return Buffer.from(await response.arrayBuffer())
}

/** Makes it due whatever pause it was given, as if the time had passed. */
const hurry = (exportId: string) => house.ownerSql`
  update exports set due_at = now(), lease_until = case when lease_until is null then null else now() end where id = ${exportId}`

describe('POST /exports', () => {
  test.each(['ru', 'en'] as const)(
    'shows in one message how far it is, and sends an archive that opens (%s)',
    async (language) => {
      const { id, telegramId } = await person(language)
      const reply = await start(id)
      expect([reply.status, reply.body]).toMatchObject([202, { parts: 0, reason: null, isNew: true }])
      await idle()
      const { exportId } = reply.body
      expect(await show(id, exportId)).toEqual({
        exportId,
        state: 'done',
        progress: 100,
        parts: 1,
        reason: null,
      })
      const [shown, archive, ...rest] = messagesTo(telegramId)
      expect(rest).toEqual([])
      expect(shown?.text).toBe(text(language, 'export-done', { parts: 1 }))
      expect(archive?.caption).toBe(text(language, 'export-part', { part: 1 }))
      expect(archive?.document?.file_name).toMatch(/^kopeika-[\d-]{10}-1\.zip$/)
      const files = unzip(await download(archive?.document?.file_id ?? ''))
      expect(JSON.parse(files.get('profile.json')?.toString('utf8') ?? '').user.id).toBe(id)
      const actions = await house.ownerSql`
      select action, actor from audit_log where subject = ${`user:${id}`} order by id`
      expect(actions).toEqual([{ action: 'export-started', actor: 'client' }])
      // nothing of it was ever stored
      for (const bucket of Object.values(house.buckets))
        for await (const { key } of house.storage.list(bucket, '')) {
          expect(key).not.toContain(exportId)
          expect(key).not.toContain(id)
        }
    },
  )

  test('one at a time: asked for again it is the same, until it has ended', async () => {
    const { id } = await person()
    const [first, second] = await Promise.all([start(id), start(id)])
    expect(first.body.exportId).toBe(second.body.exportId)
    expect([first.body.isNew, second.body.isNew].sort()).toEqual([false, true])
    await idle()
    const next = await start(id)
    expect(next.body.isNew).toBe(true)
    expect(next.body.exportId).not.toBe(first.body.exportId)
  })

  test('the same key again is the same export, as it is now', async () => {
    const { id } = await person()
    const key = randomUUID()
    const first = await start(id, { key })
    await idle()
    const again = await start(id, { key })
    expect(again.body).toEqual({ ...first.body, state: 'done', progress: 100, parts: 1 })
  })

  test('who has blocked the bot gets none, and it ends', async () => {
    const { id, telegramId } = await person()
    const { state } = house.sim
    const known = state.people.get(telegramId)
    if (known) setBlocked(state, known, true)
    const { exportId } = (await start(id)).body
    await idle()
    expect(await show(id, exportId)).toMatchObject({ state: 'failed', reason: 'blocked' })
    const [row] = await house.ownerSql`select blocked_at from users where id = ${id}`
    expect(row?.blocked_at).toBeInstanceOf(Date)
  })

  test('Telegram away: tried again, and told once when it is given up', async () => {
    const { id, telegramId } = await person()
    house.sim.state.faults.beforeMethod = (method: string) =>
      method.toLowerCase() === 'senddocument' ? new BotApiError(502, 'Bad Gateway') : undefined
    const { exportId } = (await start(id)).body
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await idle()
      expect((await show(id, exportId)).parts).toBe(0)
      await hurry(exportId)
      await run()
    }
    await idle()
    expect(await show(id, exportId)).toMatchObject({ state: 'failed', reason: 'interrupted' })
    expect(messagesTo(telegramId).map((message) => message.text)).toEqual([text('en', 'export-failed')])
  })

  test('429: waits as long as Telegram says, then goes on', async () => {
    const { id } = await person()
    let calls = 0
    house.sim.state.faults.beforeMethod = (method: string) => {
      if (method.toLowerCase() !== 'senddocument') return undefined
      calls += 1
      return calls === 1 ? tooManyRequests(40) : undefined
    }
    const { exportId } = (await start(id)).body
    await idle()
    const [row] = await house.ownerSql<{ waits: number }[]>`
      select extract(epoch from due_at - now())::int as waits from exports where id = ${exportId}`
    expect(row?.waits).toBeGreaterThan(30)
    await hurry(exportId)
    await run()
    await idle()
    expect(await show(id, exportId)).toMatchObject({ state: 'done', parts: 1 })
  })

  test('a worker that died is replaced, and goes on behind the archives that the chat has', async () => {
    const { id, telegramId } = await person()
    const [row] = await house.ownerSql<{ id: string }[]>`
      insert into exports (user_id, state, attempts, parts_sent, lease_holder, lease_until, actor)
      values (${id}, 'building', 1, 1, ${randomUUID()}, now() + interval '1 minute', 'test') returning id`
    const exportId = row?.id ?? ''
    await run()
    await idle()
    // its lease holds still
    expect((await show(id, exportId)).state).toBe('building')
    await hurry(exportId)
    expect((await run()).body).toEqual({ erased: 0, isAllDone: true })
    expect((await show(id, exportId)).state).toBe('done')
    // the only archive was there already
    expect(messagesTo(telegramId).map((message) => message.text)).toEqual([
      text('en', 'export-done', { parts: 1 }),
    ])
  })

  test('two workers at the same export: one has it, and the other changes nothing', async () => {
    const { id } = await person()
    await house.ownerSql`insert into exports (user_id, actor) values (${id}, 'test')`
    const [first, second] = [randomUUID(), randomUUID()]
    const claimed = await claimExport(house.appSql, { holder: first, seconds: 60 })
    expect(await claimExport(house.appSql, { holder: second, seconds: 60 })).toBeUndefined()
    const exportId = claimed?.id ?? ''
    expect(await keepExport(house.appSql, { id: exportId, holder: second, seconds: 60, progress: 90 })).toBe(
      false,
    )
    expect(await endExport(house.appSql, { id: exportId, holder: second, reason: null })).toBe(false)
    expect(await endExport(house.appSql, { id: exportId, holder: first, reason: null })).toBe(true)
  })

  test('killed in the middle (SIGKILL), another process brings it to its end', async () => {
    const { id, telegramId } = await person()
    const victim = await startVictim('profile', house.resourcesOf('profile').config)
    // the first archive never arrives: the process hangs in the middle of its work
    let hangs = true
    house.sim.state.faults.beforeMethod = (method: string) => {
      if (method.toLowerCase() !== 'senddocument' || !hangs) return undefined
      victim.kill()
      hangs = false
      return new BotApiError(502, 'Bad Gateway')
    }
    const answer = await fetch(`${victim.url}/exports`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await house.token('client', 'profile')}`,
        'idempotency-key': randomUUID(),
        'content-type': 'application/json',
      },
      body: JSON.stringify({ userId: id }),
    })
    const { exportId } = (await answer.json()) as { exportId: string }
    await victim.gone
    expect((await show(id, exportId)).state).toBe('building')
    await hurry(exportId)
    await run()
    await idle()
    expect(await show(id, exportId)).toMatchObject({ state: 'done', parts: 1 })
    expect(messagesTo(telegramId).filter((message) => message.document)).toHaveLength(1)
  }, 60_000)

  test('who is erased meanwhile gets nothing more', async () => {
    const { id, telegramId } = await person()
    house.sim.state.faults.beforeMethod = () => tooManyRequests(1)
    const { exportId } = (await start(id)).body
    await idle()
    delete house.sim.state.faults.beforeMethod
    expect((await house.call('profile', 'DELETE', `/?userId=${id}`)).status).toBe(200)
    await run()
    await idle()
    expect(messagesTo(telegramId)).toEqual([])
    expect(await house.ownerSql`select 1 from exports where id = ${exportId}`).toEqual([])
  })

  test('tens of megabytes come in archives that Telegram takes, and not in one answer', async () => {
    const { id, telegramId } = await person()
    const bytes = randomBytes(7_000_000)
    for (const picture of ['first', 'second']) {
      const keys = Object.fromEntries(
        ['64', '256', '512'].map((side) => [side, `avatars/${id}/${picture}/${side}.webp`]),
      )
      for (const key of Object.values(keys))
        await house.storage.put(house.buckets.avatars, key, bytes, { contentType: 'image/webp' })
      const data = { width: 1, height: 1, hash: picture, thumbhash: 'x', bytes: 1, keys }
      await house.ownerSql`
        insert into user_avatars (user_id, avatar_data) values (${id}, ${house.ownerSql.json(data)})`
    }
    const { exportId } = (await start(id)).body
    await idle()
    expect(await show(id, exportId)).toMatchObject({ state: 'done', parts: 3 })
    const archives = messagesTo(telegramId).filter((message) => message.document)
    expect(archives.map(({ caption }) => caption)).toEqual(
      [1, 2, 3].map((part) => text('en', 'export-part', { part })),
    )
    for (const { document } of archives) expect(document?.file_size).toBeLessThan(50_000_000)
    // too large for one answer: it says how to get it
    const direct = await house.call('profile', 'GET', `/export?userId=${id}`)
    expect([direct.status, direct.body.code, direct.body.limit]).toEqual([413, 'too_large', 'archive'])
  }, 60_000)
})

describe('refuses', () => {
  test.each<[string, unknown, CallOptions, number, string]>([
    ['nobody named', {}, {}, 400, 'invalid_input'],
    ['two names', { userId: randomUUID(), telegramId: 1 }, {}, 400, 'invalid_input'],
    ['an unknown field', { telegramId: 1, format: 'tar' }, {}, 400, 'invalid_input'],
    ['an unknown person', { userId: randomUUID() }, {}, 404, 'user_not_found'],
    ['no key', { telegramId: 1 }, { key: null }, 400, 'invalid_input'],
    ['no scope', { telegramId: 1 }, { as: 'limited-client' }, 403, 'forbidden'],
  ])('%s', async (_name, body, options, status, code) => {
    const reply = await house.call('profile', 'POST', '/exports', { body, ...options })
    expect([reply.status, reply.body.code]).toEqual([status, code])
  })

  test("another person's export is nobody's", async () => {
    const [mine, other] = [await person(), await person()]
    const { exportId } = (await start(mine.id)).body
    await idle()
    for (const path of [
      `/exports/${exportId}?userId=${other.id}`,
      `/exports/${randomUUID()}?userId=${mine.id}`,
    ]) {
      const reply = await house.call('profile', 'GET', path)
      expect([reply.status, reply.body.code]).toEqual([404, 'not_found'])
    }
    expect((await house.call('profile', 'GET', `/exports/${exportId}`)).status).toBe(400)
  })
})
