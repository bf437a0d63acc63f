import { randomUUID } from 'node:crypto'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CabinetHouse, openCabinetHouse } from '../../test/support/cabinet-house.ts'
import { handler as avatarUpload } from '../avatar-upload/handler.ts'
import { handler as charge } from '../charge/handler.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler as transcriptSave } from '../transcript-save/handler.ts'
import { handler } from './handler.ts'

type Visitor = Awaited<ReturnType<CabinetHouse['visitor']>>

let cabinet: CabinetHouse
let anna: Visitor
let boris: Visitor
beforeAll(async () => {
  cabinet = await openCabinetHouse([register, profile, topUp, charge, avatarUpload, transcriptSave, handler])
  anna = await cabinet.visitor()
  boris = await cabinet.visitor()
})
afterAll(() => cabinet.close())

const picture = (color: string): Promise<Buffer> =>
  sharp({ create: { width: 80, height: 80, channels: 3, background: color } })
    .png()
    .toBuffer()
const uploadAvatar = async (visitor: Visitor, color: string, key: string = randomUUID()) =>
  visitor.ask('POST', '/api/avatars', { raw: { bytes: await picture(color), type: 'image/png' }, key })
const saveTranscript = (visitor: Visitor, text: string, title?: string) =>
  visitor.ask('POST', '/api/transcripts', { body: { text, format: 'text', ...(title ? { title } : {}) } })
const coinsOf = async ({ ask }: Visitor): Promise<number> => (await ask('GET', '/api/me')).body.balance.coins

describe('the account', () => {
  test('settings change, and only those that are named', async () => {
    const reply = await anna.ask('PATCH', '/api/settings', { body: { language: 'ru', dailyLimit: 500 } })
    expect([reply.status, reply.body.settings]).toEqual([
      200,
      expect.objectContaining({ language: 'ru', dailyLimit: 500, receipts: true }),
    ])
    const wrong = await anna.ask('PATCH', '/api/settings', { body: { timeZone: 'Nowhere' } })
    expect([wrong.status, wrong.body.errors[0].path]).toEqual([400, 'timeZone'])
  })

  test('a request for erasure waits, shows, and is taken back', async () => {
    const asked = await anna.ask('POST', '/api/deletion')
    expect([asked.status, Date.parse(asked.body.eraseAt)]).toEqual([200, expect.any(Number)])
    expect((await anna.ask('GET', '/api/me')).body.deletion).toEqual(asked.body)
    const undone = await anna.ask('DELETE', '/api/deletion')
    expect([undone.status, undone.bytes.length]).toEqual([204, 0])
    expect((await anna.ask('GET', '/api/me')).body.deletion).toBeNull()
  })

  test('agreeing to the terms of today, and not to those of another day', async () => {
    const { terms } = (await anna.ask('GET', '/api/me')).body
    const agreed = await anna.ask('POST', '/api/consents', { body: { terms: terms.version } })
    expect([agreed.status, agreed.body.consent.version]).toEqual([200, terms.version])
    expect((await anna.ask('GET', '/api/me')).body.consent).toEqual(agreed.body.consent)
    const old = await anna.ask('POST', '/api/consents', { body: { terms: 'old' } })
    expect([old.status, old.body.code, old.body.version]).toEqual([409, 'conflict', terms.version])
  })

  test('an export is begun, watched, and taken away as a zip', async () => {
    const begun = await anna.ask('POST', '/api/exports')
    expect([begun.status, begun.body]).toEqual([202, { exportId: expect.any(String) }])
    const state = await anna.ask('GET', `/api/exports/${begun.body.exportId}`)
    expect([state.status, state.body]).toEqual([
      200,
      { state: expect.any(String), progress: expect.any(Number) },
    ])
    const zip = await anna.ask('GET', '/api/export')
    expect([zip.status, zip.headers.get('content-type')]).toEqual([200, 'application/zip'])
    expect(zip.headers.get('content-disposition')).toMatch(/^attachment; filename=/)
    expect(zip.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'")
    expect(zip.bytes.subarray(0, 4).toString('latin1')).toBe('PK\x03\x04')
  })
})

describe('the wallet', () => {
  test('packs and the ways to pay', async () => {
    const { status, body } = await anna.ask('GET', '/api/packs')
    expect([status, body.providers]).toEqual([200, [{ id: 'stars', currency: 'XTR' }]])
    expect(body.items[0]).toMatchObject({ id: 'small', coins: 100 })
  })

  test('an invoice is made once for a key, with a link to pay', async () => {
    const key = randomUUID()
    const body = { pack: 'small', provider: 'stars' }
    const first = await anna.ask('POST', '/api/invoices', { body, key })
    expect([first.status, first.body]).toEqual([
      201,
      { orderId: expect.any(String), provider: 'stars', url: expect.stringMatching(/^https?:/) },
    ])
    const again = await anna.ask('POST', '/api/invoices', { body, key })
    expect(again.body.orderId).toBe(first.body.orderId)
    // the same key of another person is another key
    const other = await boris.ask('POST', '/api/invoices', { body, key })
    expect([other.status, other.body.orderId === first.body.orderId]).toEqual([201, false])
    const changed = await anna.ask('POST', '/api/invoices', { body: { ...body, pack: 'large' }, key })
    expect([changed.status, changed.body.code]).toEqual([422, 'key_reused'])
  })

  test('refusals of the other function are handed on, with what they add', async () => {
    const unknown = await anna.ask('POST', '/api/invoices', { body: { pack: 'none', provider: 'stars' } })
    expect([unknown.status, unknown.body.code]).toEqual([404, 'pack_not_found'])
    const closed = await anna.ask('POST', '/api/invoices', { body: { pack: 'small', provider: 'yookassa' } })
    expect(closed.status).toBe(400)
  })

  test('an operator who moved coins is not named: neither in the list nor in the explanation', async () => {
    const eva = await cabinet.visitor()
    const [entry] = await cabinet.house.ownerSql`
      with moved as (update user_balances set coins = coins + 5 where user_id = ${eva.id} returning coins)
      insert into transactions (user_id, amount, type, description, balance_after, actor)
      select ${eva.id}, 5, 'adjustment', 'sorry', coins, 'operator:777000111' from moved returning id`
    const [first] = (await eva.ask('GET', '/api/transactions')).body.items
    expect([first.id, first.actor]).toEqual([entry?.id, 'operator'])
    const explained = await eva.ask('GET', `/api/transactions/${entry?.id}`)
    expect([explained.status, explained.body.actor]).toEqual([200, 'operator'])
    expect(explained.bytes.toString()).not.toContain('777000111')
  })

  test('history in the language of the person, filtered, paged and explained', async () => {
    const eva = await cabinet.visitor()
    const charged = await cabinet.house.call('charge', 'POST', '/', {
      body: { userId: eva.id, service: 'message', units: 3 },
    })
    expect(charged.status).toBe(200)
    const english = await eva.ask('GET', '/api/transactions')
    expect(english.body.items.map(({ description }: { description: string }) => description)).toEqual([
      'Message',
      'Welcome gift',
    ])
    await eva.ask('PATCH', '/api/settings', { body: { language: 'ru' } })
    const russian = await eva.ask('GET', '/api/transactions?limit=1')
    expect(russian.body.items[0].description).toBe('Сообщение')
    const rest = await eva.ask('GET', `/api/transactions?limit=1&cursor=${russian.body.nextCursor}`)
    expect(rest.body.items[0].description).toBe('Приветственный подарок')
    const bonuses = await eva.ask('GET', '/api/transactions?type=bonus')
    expect(bonuses.body.items).toHaveLength(1)

    const { id } = english.body.items[0]
    const why = await eva.ask('GET', `/api/transactions/${id}`)
    expect(why.body).toMatchObject({
      id,
      amount: -3,
      description: 'Сообщение',
      explanation: { kind: 'charge', units: 3, unitPrice: 1, balanceBefore: 50 },
    })
    for (const query of [
      '?type=gift',
      '?limit=0',
      '?limit=101',
      '?cursor=x',
      '?more=1',
      `?userId=${anna.id}`,
    ]) {
      expect([query, (await eva.ask('GET', `/api/transactions${query}`)).status]).toEqual([query, 400])
    }
  })

  test('usage by week', async () => {
    const { status, body } = await anna.ask('GET', '/api/usage?weeks=8')
    expect([status, body.weeks.length]).toEqual([200, 8])
    for (const query of ['?weeks=0', '?weeks=x', '?weeks=1000']) {
      expect([query, (await anna.ask('GET', `/api/usage${query}`)).status]).toEqual([query, 400])
    }
  })
})

describe('avatars', () => {
  test('uploaded once for a key, paid once, chosen, deleted', async () => {
    const eva = await cabinet.visitor()
    const key = randomUUID()
    const first = await uploadAvatar(eva, 'red', key)
    expect([first.status, first.body.avatar.current]).toEqual([201, true])
    const again = await uploadAvatar(eva, 'red', key)
    expect(again.body.avatar.id).toBe(first.body.avatar.id)
    // the same picture under another key costs nothing
    expect((await uploadAvatar(eva, 'red')).status).toBe(200)
    expect(await coinsOf(eva)).toBe(40)

    const second = await uploadAvatar(eva, 'blue')
    const chosen = await eva.ask('POST', `/api/avatars/${first.body.avatar.id}/current`)
    expect([chosen.status, chosen.body.avatar.id]).toEqual([200, first.body.avatar.id])
    const gone = await eva.ask('DELETE', `/api/avatars/${second.body.avatar.id}`)
    expect([gone.status, gone.body]).toEqual([200, { deleted: true }])
    const { items } = (await eva.ask('GET', '/api/avatars')).body
    expect(items.map(({ id }: { id: string }) => id)).toEqual([first.body.avatar.id])
    expect((await eva.ask('GET', '/api/me')).body.currentAvatar.id).toBe(first.body.avatar.id)
  })

  test.each<[string, Buffer | string, string, number, string]>([
    ['no picture', 'hello', 'image/png', 415, 'unsupported_media'],
    ['JSON in its place', '{"telegramFileId":"x"}', 'application/json', 415, 'unsupported_media'],
    ['a script', '<svg onload="x"/>', 'image/svg+xml', 415, 'unsupported_media'],
    ['over 20 MB', Buffer.alloc(20 * 1024 * 1024 + 1), 'image/png', 413, 'too_large'],
  ])('refused: %s', async (_name, bytes, type, status, code) => {
    const reply = await anna.ask('POST', '/api/avatars', { raw: { bytes, type } })
    expect([reply.status, reply.body.code]).toEqual([status, code])
  })

  test('402 says how many coins are missing', async () => {
    const poor = await cabinet.visitor()
    await cabinet.house.call('charge', 'POST', '/', {
      body: { userId: poor.id, service: 'message', units: 45 },
    })
    const reply = await uploadAvatar(poor, 'green')
    expect([reply.status, reply.body]).toEqual([
      402,
      expect.objectContaining({ code: 'insufficient_funds', price: 10, missing: 5 }),
    ])
  })
})

describe('transcripts', () => {
  test('saved, listed, read, found, renamed, taken away in each form, deleted', async () => {
    const eva = await cabinet.visitor()
    const text = '1\n00:00:01,000 --> 00:00:02,500\nПривет, мир. Это запись.\n'
    const saved = await eva.ask('POST', '/api/transcripts', {
      body: { text, format: 'srt', title: 'Первая' },
    })
    expect([saved.status, saved.body.transcript.title]).toEqual([201, 'Первая'])
    const { id } = saved.body.transcript
    expect((await eva.ask('GET', '/api/transcripts')).body.items).toEqual([saved.body.transcript])
    const whole = await eva.ask('GET', `/api/transcripts/${id}`)
    expect(whole.body).toMatchObject({ transcript: { id }, text: 'Привет, мир. Это запись.' })
    const found = await eva.ask('GET', `/api/transcripts/search?q=${encodeURIComponent('запись')}`)
    expect(found.body.items[0]).toMatchObject({ transcript: { id }, snippet: { hits: [expect.anything()] } })
    const renamed = await eva.ask('PATCH', `/api/transcripts/${id}`, { body: { title: 'Вторая' } })
    expect(renamed.body.transcript.title).toBe('Вторая')

    for (const [format, type] of [
      ['txt', 'text/plain'],
      ['srt', 'application/x-subrip'],
      ['vtt', 'text/vtt'],
      ['json', 'application/json'],
      ['docx', 'application/vnd.openxmlformats'],
    ] as const) {
      const file = await eva.ask('GET', `/api/transcripts/${id}/file?format=${format}`)
      expect([format, file.status, file.headers.get('content-type')]).toEqual([
        format,
        200,
        expect.stringContaining(type),
      ])
      expect(file.headers.get('content-disposition')).toContain(encodeURIComponent(`Вторая.${format}`))
    }
    expect((await eva.ask('GET', `/api/transcripts/${id}/file?format=exe`)).status).toBe(400)
    expect((await eva.ask('GET', `/api/transcripts/${id}/file`)).status).toBe(400)

    expect((await eva.ask('DELETE', `/api/transcripts/${id}`)).body).toEqual({ deleted: true })
    expect((await eva.ask('GET', `/api/transcripts/${id}`)).status).toBe(404)
  })

  test('a text of 2 MB is taken, one of over 5 MB is not', async () => {
    const rich = await cabinet.visitor()
    const large = await saveTranscript(rich, 'слово '.repeat(150_000))
    expect(large.status).toBe(201)
    const tooLarge = await saveTranscript(rich, 'a'.repeat(5 * 1024 * 1024))
    expect([tooLarge.status, tooLarge.body.code]).toEqual([413, 'too_large'])
  })

  test.each<[string, object]>([
    ['no text', { format: 'text' }],
    ['a file of Telegram', { telegramFileId: 'x', format: 'text' }],
    ['an unknown form', { text: 'a', format: 'doc' }],
    ['somebody', { text: 'a', format: 'text', userId: 'x' }],
  ])('400: %s', async (_name, body) => {
    expect((await anna.ask('POST', '/api/transcripts', { body })).status).toBe(400)
  })

  test('what transcript-save says of a field is handed on', async () => {
    const reply = await saveTranscript(anna, 'a', ' ')
    expect([reply.status, reply.body.errors?.[0]?.path]).toEqual([400, 'title'])
  })
})

describe('one person alone', () => {
  test("what is another's is not there: 404, and it stays as it was", async () => {
    const avatar = (await uploadAvatar(boris, 'gold')).body.avatar.id
    const transcript = (await saveTranscript(boris, 'Тайна')).body.transcript.id
    const [entry] = (await boris.ask('GET', '/api/transactions')).body.items
    const exportId = (await boris.ask('POST', '/api/exports')).body.exportId
    for (const [method, path, body] of [
      ['POST', `/api/avatars/${avatar}/current`],
      ['DELETE', `/api/avatars/${avatar}`],
      ['GET', `/api/transcripts/${transcript}`],
      ['GET', `/api/transcripts/${transcript}/file?format=txt`],
      ['PATCH', `/api/transcripts/${transcript}`, { title: 'мой' }],
      ['DELETE', `/api/transcripts/${transcript}`],
      ['GET', `/api/transactions/${entry.id}`],
      ['GET', `/api/exports/${exportId}`],
    ] as const) {
      const reply = await anna.ask(method, path, body ? { body } : {})
      expect([method, path, reply.status]).toEqual([method, path, 404])
    }
    expect((await boris.ask('GET', `/api/transcripts/${transcript}`)).body.text).toBe('Тайна')
    expect((await boris.ask('GET', '/api/avatars')).body.items).toHaveLength(1)
  })

  test('no route takes a person: by query or by body it is 400', async () => {
    for (const { kind, method, path } of handler.routes) {
      if (kind !== 'person' || path === '/api/session') continue
      const place = path.replace(':id', randomUUID())
      for (const [name, value] of [
        ['userId', boris.id],
        ['telegramId', String(boris.telegramId)],
      ] as const) {
        const isPicture = path === '/api/avatars' && method === 'POST'
        const sent = isPicture
          ? { raw: { bytes: 'x', type: 'image/png' } }
          : method === 'GET'
            ? {}
            : { body: {} }
        const reply = await anna.ask(method, `${place}?${name}=${value}`, sent)
        expect([method, path, name, reply.status]).toEqual([method, path, name, 400])
      }
    }
  })

  test('ids that are none are 400', async () => {
    for (const path of [
      '/api/transcripts/1',
      '/api/transactions/x',
      '/api/exports/..%2f..',
      "/api/transcripts/'--",
    ]) {
      expect([path, (await anna.ask('GET', path)).status]).toEqual([path, 400])
    }
  })
})

test('a body of over 1 MB is 413 everywhere else', async () => {
  const reply = await anna.ask('PATCH', '/api/settings', { body: { language: 'a'.repeat(1_100_000) } })
  expect([reply.status, reply.body.code]).toEqual([413, 'too_large'])
})
