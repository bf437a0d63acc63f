import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { text } from '#shared/domain/texts/texts.ts'
import type { Config } from '#shared/platform/config.ts'
import {
  type answersOf,
  connectWebhook,
  meet,
  messageFrom,
  plainText,
  postUpdate,
} from '../../test/support/chat.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { miniAppUrl } from './cabinet-links.ts'
import { handler } from './handler.ts'

const FUNCTIONS = [handler, register, profile, topUp]
const open = async (config: Partial<Config> = {}): Promise<House> => {
  const house = await openHouse({ functions: FUNCTIONS, config })
  await connectWebhook(house)
  return house
}
type Message = Awaited<ReturnType<typeof answersOf>>[number]
// biome-ignore lint/suspicious/noExplicitAny: buttons of every kind
const buttonsOf = (message: Message): any[] => message.reply_markup?.inline_keyboard?.flat() ?? []

const isKept = async (house: House, link: string): Promise<boolean> => {
  const token = link.split('#login=')[1] ?? ''
  const hash = createHash('sha256').update(token).digest()
  const rows = await house.ownerSql`select 1 from cabinet_logins where token_hash = ${hash} and expires_at
    between now() + interval '9 minutes' and now() + interval '10 minutes'`
  return token.length === 43 && rows.length === 1
}

describe.each(['ru', 'en'] as const)('/login in %s', (language) => {
  test('on https: the Mini App, and a link for a browser that works once', async () => {
    const cabinetUrl = 'https://bot.example.com/function/cabinet/'
    const house = await open({ cabinetUrl })
    try {
      const chat = await meet(house, language)
      await chat.say('/start')
      const answer = await chat.say('/login')
      expect(answer.text).toBe(plainText(text(language, 'login-link', { minutes: 10 })))
      const [app, link] = buttonsOf(answer)
      expect(app).toEqual({ text: text(language, 'button-cabinet'), web_app: { url: cabinetUrl } })
      expect(link.text).toBe(text(language, 'button-cabinet-browser'))
      expect(link.url).toMatch(/^https:\/\/bot\.example\.com\/function\/cabinet\/#login=[\w-]{43}$/)
      expect(await isKept(house, link.url)).toBe(true)

      const menu = await chat.say('/help')
      expect(buttonsOf(menu)).toContainEqual({
        text: text(language, 'button-cabinet'),
        web_app: { url: cabinetUrl },
      })
    } finally {
      await house.close()
    }
  })

  test('where nothing is set up: words, and no button for it', async () => {
    const house = await open({ cabinetUrl: undefined })
    try {
      const chat = await meet(house, language)
      await chat.say('/start')
      expect((await chat.say('/login')).text).toBe(text(language, 'login-nowhere'))
      const labels = buttonsOf(await chat.say('/help')).map(({ text: label }) => label)
      expect(labels).not.toContain(text(language, 'button-cabinet'))
    } finally {
      await house.close()
    }
  })

  test('on plain http elsewhere: the link in words, since Telegram takes no such button', async () => {
    const house = await open({ cabinetUrl: 'http://10.0.0.5:8080/function/cabinet/' })
    try {
      const chat = await meet(house, language)
      await chat.say('/start')
      const answer = await chat.say('/login')
      const link = /http:\S+/.exec(answer.text ?? '')?.[0] ?? ''
      expect(answer.text).toBe(plainText(text(language, 'login-plain-link', { minutes: 10, link })))
      expect(await isKept(house, link)).toBe(true)
      // the button of the menu leads there as well
      const menu = await chat.say('/help')
      const again = await chat.press(menu, text(language, 'button-cabinet'))
      expect(again.text).toContain('#login=')
    } finally {
      await house.close()
    }
  })
})

describe('on this machine', () => {
  let house: House
  beforeAll(async () => {
    house = await open()
  })
  afterAll(() => house.close())

  test('the simulator of Telegram opens the Mini App that is here', async () => {
    const chat = await meet(house)
    await chat.say('/start')
    const [app, link] = buttonsOf(await chat.say('/login'))
    expect(app.web_app.url).toBe(`${house.gateway}/function/cabinet/`)
    expect(link.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/function\/cabinet\/#login=/)
  })

  test('in a group nobody is given a link', async () => {
    const { id, telegramId } = await house.person()
    const update = messageFrom(telegramId, {
      text: '/login@kopeika_bot',
      entities: [{ type: 'bot_command', offset: 0, length: 18 }],
      chat: { id: -100_500, type: 'supergroup', title: 'G' },
    })
    expect((await postUpdate(house, update)).status).toBe(200)
    expect(await house.ownerSql`select 1 from cabinet_logins where user_id = ${id}`).toHaveLength(0)
  })

  test('the token stands in no job, not even when Telegram takes no messages', async () => {
    const chat = await meet(house)
    await chat.say('/start')
    house.sim.faults.add({ target: 'method', method: 'sendMessage', do: '500', times: 1 })
    const reply = await postUpdate(house, messageFrom(chat.personId, { text: '/login' }))
    expect(reply.status).toBe(503)
    const jobs = await house.ownerSql`select payload::text as words from graphile_worker._private_jobs`
    expect(jobs.map(({ words }) => words).join()).not.toContain('#login=')
  })

  test('nor in the log or the inbox where Telegram refuses the button, and repeats its address', async () => {
    const chat = await meet(house)
    await chat.say('/start')
    const token = 'Kj3_-'.repeat(9)
    house.sim.faults.add({
      target: 'method',
      method: 'sendMessage',
      do: '400',
      times: 1,
      description: `inline keyboard button URL 'https://kopeika/function/cabinet/#login=${token}' is invalid: Wrong HTTP URL`,
    })
    const update = messageFrom(chat.personId, { text: '/login' })
    expect((await postUpdate(house, update)).status).toBe(503)
    const [row] = await house.ownerSql`
      select last_error as "lastError" from telegram_updates where update_id = ${update.update_id}`
    expect(row?.lastError).toBeTruthy()
    expect(house.logs.join('')).toContain('Wrong HTTP URL')
    expect(`${house.logs.join('')}${row?.lastError}`).not.toContain(token)
  })
})

test.each<[string, string | undefined, string, boolean]>([
  ['a public address', 'https://bot.example.com/function/cabinet/', 'https://api.telegram.org', true],
  ['a public address, with a simulator', 'https://bot.example.com/c/', 'http://127.0.0.1:9', true],
  ['plain http', 'http://bot.example.com/c/', 'https://api.telegram.org', false],
  ['this machine, with Telegram itself', 'http://127.0.0.1:8080/c/', 'https://api.telegram.org', false],
  [
    'this machine over https, with Telegram itself',
    'https://localhost/c/',
    'https://api.telegram.org',
    false,
  ],
  ['this machine, with a simulator on it', 'http://localhost:8080/c/', 'http://127.0.0.1:9', true],
  ['nothing', undefined, 'https://api.telegram.org', false],
])('%s: Mini App or not', (_name, cabinetUrl, apiRoot, opens) => {
  const config = { cabinetUrl, telegram: { token: '', apiRoot } } as Config
  expect(miniAppUrl(config)).toBe(opens ? cabinetUrl : undefined)
})
