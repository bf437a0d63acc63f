import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BOT_COMMANDS } from '#shared/domain/texts/catalogue.ts'
import { text } from '#shared/domain/texts/texts.ts'
import { loadTariff } from '#shared/platform/tariff-file.ts'
import {
  answersOf,
  connectWebhook,
  meet,
  messageFrom,
  plainText,
  postUpdate,
  updateOf,
} from '../../test/support/chat.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { keyboardOf } from '../../test/support/walk.ts'
import { handler as avatarUpload } from '../avatar-upload/handler.ts'
import { handler as notify } from '../notify/handler.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler as transcriptSave } from '../transcript-save/handler.ts'
import { handler as dispatcher } from './handler.ts'

const tariff = loadTariff(new URL('../../tariff.yml', import.meta.url).pathname)

let house: House
beforeAll(async () => {
  house = await openHouse({
    functions: [dispatcher, register, profile, topUp, avatarUpload, transcriptSave, notify],
  })
  await connectWebhook(house)
})
afterAll(() => house?.close())

const countUsers = async (): Promise<number> => {
  const [row] = await house.ownerSql<{ n: number }[]>`select count(*)::int as n from users`
  return row?.n ?? -1
}
const stateOf = async (updateId: number) => {
  const [row] = await house.ownerSql<
    { state: string; body: unknown; attempts: number; lastError: string | null }[]
  >`
    select state, body, attempts, last_error as "lastError" from telegram_updates where update_id = ${updateId}`
  return row
}
const coinsOf = async (telegramId: number): Promise<number | undefined> => {
  const [row] = await house.ownerSql<{ coins: number }[]>`
    select coins from user_balances join users on users.id = user_id where telegram_id = ${telegramId}`
  return row?.coins
}

describe('the webhook', () => {
  it.each([
    ['without a secret', null],
    ['with a wrong secret of the same length', 'x'.repeat('webhook-secret-of-the-tests'.length)],
    ['with an empty secret', ''],
  ])('refuses a call %s', async (_, secret) => {
    const { personId } = await meet(house)
    const update = messageFrom(personId, { text: '/start' })
    const response = await postUpdate(house, update, secret)
    expect(response.status).toBe(401)
    expect(await stateOf(update.update_id)).toBeUndefined()
    expect(await coinsOf(personId)).toBeUndefined()
  })

  it.each(['GET', 'PUT', 'DELETE'])('refuses %s', async (method) => {
    const response = await fetch(house.webhook.url, { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST')
  })

  it.each([
    ['no JSON', '{not json'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['a number', '7'],
    ['a deep list', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['an update without an id', '{"message":{}}'],
    ['a text for an id', '{"update_id":"7","message":{}}'],
    ['a fraction for an id', '{"update_id":7.5}'],
    ['a negative id', '{"update_id":-1}'],
    ['an id beyond 2^53', '{"update_id":9007199254740993}'],
    ['an unknown kind', '{"update_id":77,"business_connection":{}}'],
  ])('answers 200 with an empty body to %s, without effect', async (_, body) => {
    const before = await countUsers()
    const response = await postUpdate(house, body)
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
    expect(await countUsers()).toBe(before)
  })

  it('puts an update of a known kind and unknown shape aside with its body', async () => {
    const update = updateOf({ message: { message_id: 'seven' } })
    expect((await postUpdate(house, update)).status).toBe(200)
    expect(await stateOf(update.update_id)).toMatchObject({ state: 'dead', body: update })
  })

  it('opens no account for bots and for posts without a sender', async () => {
    const before = await countUsers()
    const chat = { id: -1001234567890123, type: 'channel' }
    await postUpdate(house, updateOf({ message: { message_id: 1, chat, text: '/start' } }))
    const bot = { id: 7_000_001, is_bot: true, first_name: 'B' }
    await postUpdate(
      house,
      updateOf({
        message: { message_id: 1, chat: { id: 7_000_001, type: 'private' }, from: bot, text: '/start' },
      }),
    )
    expect(await countUsers()).toBe(before)
  })

  it('gives one update posted 50 times in parallel one effect', async () => {
    const { personId, say } = await meet(house)
    await say('/start')
    const before = (await answersOf(house, personId)).length
    const update = messageFrom(personId, { text: '/balance' })
    const responses = await Promise.all(Array.from({ length: 50 }, () => postUpdate(house, update)))
    expect(responses.map(({ status }) => status)).toEqual(Array(50).fill(200))
    expect(await coinsOf(personId)).toBe(tariff.welcomeBonus)
    expect(await answersOf(house, personId)).toHaveLength(before + 1)
    expect(await stateOf(update.update_id)).toEqual({
      state: 'done',
      body: null,
      attempts: 1,
      lastError: null,
    })
  })

  it('drops what no database text can hold, instead of failing', async () => {
    const chat = await meet(house)
    await chat.say('/start')
    const update = messageFrom(chat.personId, { text: 'a\u0000b\ud800c' })
    expect((await postUpdate(house, update)).status).toBe(200)
    expect(await stateOf(update.update_id)).toMatchObject({ state: 'done', attempts: 1 })
  })

  it('marks people who block the bot, and unmarks them', async () => {
    const { personId, say } = await meet(house)
    await say('/start')
    const change = (status: string) =>
      updateOf({
        my_chat_member: {
          chat: { id: personId, type: 'private' },
          from: { id: personId, is_bot: false, first_name: 'T' },
          new_chat_member: { status, user: {} },
        },
      })
    await postUpdate(house, change('kicked'))
    const blocked = () =>
      house.ownerSql`select 1 from users where telegram_id = ${personId} and blocked_at is not null`
    expect(await blocked()).toHaveLength(1)
    await postUpdate(house, change('member'))
    expect(await blocked()).toHaveLength(0)
  })
})

describe.each(['ru', 'en'] as const)('the conversation in %s', (language) => {
  it('goes from the first message to a history that explains every coin', async () => {
    const chat = await meet(house, language)
    const { personId } = chat
    const hello = await chat.say('/start')
    expect(hello.text).toContain(String(tariff.welcomeBonus))
    expect(await coinsOf(personId)).toBe(tariff.welcomeBonus)

    const packs = await chat.say('/topup')
    const invoice = await chat.press(packs, tariff.packs[0]?.title[language] ?? '')
    expect(invoice.invoice).toMatchObject({ currency: 'XTR', total_amount: tariff.packs[0]?.prices.XTR })
    const receipt = await chat.pay(invoice)
    const afterPayment = tariff.welcomeBonus + (tariff.packs[0]?.coins ?? 0)
    expect(await coinsOf(personId)).toBe(afterPayment)
    expect(receipt.text).toContain(String(afterPayment))

    const again = await chat.pay(invoice)
    expect(again.text).toBeDefined()
    expect(await coinsOf(personId)).toBe(afterPayment + (tariff.packs[0]?.coins ?? 0))

    const history = await chat.say('/history')
    // a title, a line for each movement, and what the numbers are for
    expect(history.text?.split('\n\n')).toHaveLength(5)
  })

  it.each(BOT_COMMANDS)('answers /%s', async (command) => {
    const chat = await meet(house, language)
    const answer = await chat.say(`/${command}`)
    const words = answer.text ?? ''
    expect(words.length).toBeGreaterThan(10)
    // each language speaks its own letters
    if (command !== 'language') expect(/[а-яё]{3}/i.test(words)).toBe(language === 'ru')
    else expect(words).toBe(plainText(text(language, 'language-choose')))
  })

  it('answers words, unknown commands and old buttons', async () => {
    const chat = await meet(house, language)
    expect((await chat.say('what now?')).text).toBe(text(language, 'unknown-text'))
    expect((await chat.say('/nonsense')).text).toBe(text(language, 'unknown-command'))
  })

  it('takes a transcript, shows the list and the text', async () => {
    const chat = await meet(house, language)
    const saved = await chat.sendFile(
      'document',
      'my notes.txt',
      'text/plain',
      Buffer.from('First line\nSecond line\n'),
    )
    expect(saved.text).toContain('my notes')
    expect(await coinsOf(chat.personId)).toBe(tariff.welcomeBonus - (tariff.services.transcript?.coins ?? 0))
    const list = await chat.say('/transcripts')
    const shown = await chat.press(list, 'my notes')
    expect(shown.text).toContain('First line\nSecond line')
  })

  it('says what it cannot use', async () => {
    const chat = await meet(house, language)
    const unsupported = await chat.sendFile(
      'document',
      'a.exe',
      'application/octet-stream',
      Buffer.from('MZ'),
    )
    expect(unsupported.text).toBe(text(language, 'unsupported-file'))
    const unreadable = await chat.sendFile('document', 'a.png', 'image/png', Buffer.from('not a picture'))
    expect(unreadable.text).toBe(text(language, 'unsupported-file'))
    const malformed = await chat.sendFile(
      'document',
      'a.json',
      'application/json',
      Buffer.from('{"segments": 7}'),
    )
    expect(malformed.text).toBe(text(language, 'unreadable-transcript'))
    const long = await chat.sendFile('document', 'a.txt', 'text/plain', Buffer.alloc(1_000_001, 'a'))
    expect(long.text).toBe(text(language, 'transcript-too-large', { characters: 1_000_000, megabytes: 5 }))
    expect(await coinsOf(chat.personId)).toBe(tariff.welcomeBonus)
  })
})

describe('settings', () => {
  it('switches receipts in place and changes the language of everything after', async () => {
    const chat = await meet(house, 'en')
    const settings = await chat.say('/settings')
    const changed = await chat.press(settings, 'eceipts')
    expect(changed.message_id).toBe(settings.message_id)
    expect(changed.text).not.toBe(settings.text)
    const languages = await chat.press(changed, text('en', 'button-language'))
    expect(languages.message_id).toBe(settings.message_id)
    const done = text('ru', 'language-changed')
    const russian = await chat.press(
      languages,
      text('en', 'language-name', { language: 'ru' }),
      (message) => message.text === done,
    )
    // the settings in place, and the keyboard under the input field with a message of its own
    expect(russian.message_id).not.toBe(settings.message_id)
    const [shown] = (await answersOf(house, chat.personId)).filter(
      ({ message_id }) => message_id === settings.message_id,
    )
    expect(shown?.text).toContain('Настройки')
    expect(keyboardOf(house, chat.personId)).toContain(text('ru', 'button-balance'))
    expect((await chat.say('what now?')).text).toBe(text('ru', 'unknown-text'))
  })
})

describe('a long history', () => {
  it('goes to what is older and back to the newest, in one message', async () => {
    const chat = await meet(house, 'en')
    await chat.say('/start')
    await house.ownerSql`
      with rich as (
        update user_balances set coins = coins + 9 where user_id = (select id from users where telegram_id = ${chat.personId})
        returning user_id
      ) insert into transactions (user_id, amount, type, description, balance_after, actor)
        select user_id, 1, 'adjustment', 'coin ' || n, ${tariff.welcomeBonus} + n, 'test' from rich, generate_series(1, 9) as n`
    const newest = await chat.say('/history')
    const oldest = await chat.press(newest, text('en', 'history-older'))
    expect(oldest.text).toContain('welcome gift')
    const again = await chat.press(oldest, text('en', 'button-back'))
    expect([again.message_id, again.text]).toEqual([newest.message_id, newest.text])
  })
})

describe('a button under a message that is gone', () => {
  it('is answered by a new message', async () => {
    const chat = await meet(house, 'en')
    const { message_id } = await chat.say('/start')
    const press = updateOf({
      callback_query: {
        id: 'a-query-of-nobody',
        from: { id: chat.personId, is_bot: false, first_name: 'Anna', language_code: 'en' },
        message: { message_id: message_id + 1_000, chat: { id: chat.personId, type: 'private' } },
        data: 'h',
      },
    })
    const history = await chat.awaitMessage(() => postUpdate(house, press))
    expect(history.text).toContain('welcome gift')
    expect(await stateOf(press.update_id)).toMatchObject({ state: 'done' })
  })
})

describe('a person without coins', () => {
  it('is told the price and what is missing, and pays nothing', async () => {
    const chat = await meet(house, 'en')
    await chat.say('/start')
    await house.ownerSql`
      with spent as (
        update user_balances set coins = 0 where user_id = (select id from users where telegram_id = ${chat.personId}) returning user_id
      ) insert into transactions (user_id, amount, type, description, balance_after, actor)
        select user_id, ${-tariff.welcomeBonus}, 'charge', 'spent', 0, 'test' from spent`
    const refused = await chat.sendFile('document', 'a.txt', 'text/plain', Buffer.from('some words'))
    expect(refused.text).toBe(
      plainText(text('en', 'insufficient-funds', { price: 5, missing: 5, spendable: 0, debt: 0 })),
    )
    expect(refused.reply_markup?.inline_keyboard?.flat()).toHaveLength(2)
    expect(
      await house.ownerSql`select 1 from user_transcripts join users u on u.id = user_id where telegram_id = ${chat.personId}`,
    ).toHaveLength(0)
  })
})
