import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SCREENS } from '#shared/domain/callback-words.ts'
import { BOT_COMMANDS } from '#shared/domain/texts/catalogue.ts'
import { text } from '#shared/domain/texts/texts.ts'
import type { ChatMessage } from '../../local/demo/conversation.ts'
import { answersOf, connectWebhook, meet, plainText } from '../../test/support/chat.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { hasWayOn, keyboardOf, meaningsOf, meetWalker, speaks, type Walker } from '../../test/support/walk.ts'
import { handler as avatarUpload } from '../avatar-upload/handler.ts'
import { handler as notify } from '../notify/handler.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler as transcriptSave } from '../transcript-save/handler.ts'
import { handler as dispatcher } from './handler.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({
    functions: [dispatcher, register, profile, topUp, avatarUpload, transcriptSave, notify],
  })
  await connectWebhook(house)
})
afterAll(() => house?.close())

type Command = (typeof BOT_COMMANDS)[number]
type Case = (answer: ChatMessage, walker: Walker) => void

const words = ({ text: said = '' }: ChatMessage): string => said
const says =
  (...ids: Parameters<typeof text>[1][]): Case =>
  (answer, { language }) => {
    for (const id of ids) {
      expect(words(answer)).toContain(plainText(text(language, id)))
    }
  }
const offers =
  (...kinds: ReturnType<typeof meaningsOf>[number]['kind'][]): Case =>
  (answer) => {
    expect(meaningsOf(answer).map(({ kind }) => kind)).toEqual(expect.arrayContaining(kinds))
  }

/** What each command answers to a person who has just come. */
const CASES: Record<Command, Case> = {
  start: (answer) => expect(words(answer)).toMatch(/50/),
  menu: (answer) => expect(words(answer)).toMatch(/50/),
  balance: (answer) => {
    expect(words(answer)).toMatch(/50/)
    offers('menu')
  },
  topup: offers('pack', 'menu'),
  history: (answer, walker) => {
    expect(words(answer)).toContain('+50')
    offers('entry', 'history', 'menu')(answer, walker)
  },
  usage: offers('usage', 'menu'),
  avatars: (answer) => expect(words(answer)).toMatch(/JPEG/),
  transcript: offers('cancel'),
  transcripts: (answer) => expect(words(answer)).toMatch(/\.srt/),
  search: (answer, walker) => {
    says('transcript-search-ask')(answer, walker)
    offers('cancel')(answer, walker)
  },
  profile: (answer, { personId }) => expect(words(answer)).toContain(String(personId)),
  login: (answer) => expect(words(answer).length).toBeGreaterThan(10),
  settings: offers('setting', 'setting-values', 'menu'),
  language: (answer, walker) => {
    says('language-choose')(answer, walker)
    offers('language', 'menu')(answer, walker)
  },
  help: (answer, walker) => {
    says('help')(answer, walker)
    offers('menu')(answer, walker)
  },
  cancel: says('question-none'),
  paysupport: offers('menu'),
  terms: offers('menu'),
  privacy: offers('privacy', 'menu'),
  export: (answer) => expect(words(answer).length).toBeGreaterThan(5),
  delete: offers('deletion-confirmed', 'menu'),
}

it('knows every command of the menu', () => {
  expect(Object.keys(CASES).sort()).toEqual([...BOT_COMMANDS].sort())
})

describe.each(['ru', 'en'] as const)('in %s', (language) => {
  it.each(BOT_COMMANDS)('/%s is answered, in the language, with a way on', async (command) => {
    const walker = await meetWalker(house, language)
    const answer = await walker.say(`/${command}`)
    CASES[command](answer, walker)
    // names both languages
    if (command !== 'language') expect(speaks(answer, language), words(answer)).toBe(true)
    // the first two bring the keyboard under the input field; what is still at work says so in place, and the file comes by itself
    if (command === 'start' || command === 'menu')
      expect(keyboardOf(house, walker.personId)).toContain(text(language, 'button-help'))
    else if (command !== 'export') expect(hasWayOn(answer), words(answer)).toBe(true)
  })

  it('understands a command with the name of the bot, in capitals, with words behind it', async () => {
    const walker = await meetWalker(house, language)
    const { username } = await house.resourcesOf('dispatcher').telegram.getMe()
    expect(words(await walker.say(`/BALANCE@${username} please`))).toMatch(/50/)
  })

  it('answers an unknown command with help', async () => {
    const walker = await meetWalker(house, language)
    const answer = await walker.say('/nonsense')
    says('unknown-command')(answer, walker)
    expect(hasWayOn(answer)).toBe(true)
  })
})

const commandsOf = async (languageCode?: string): Promise<{ command: string; description: string }[]> => {
  const { telegram } = house.resourcesOf('dispatcher')
  return telegram.getMyCommands(languageCode === undefined ? {} : { language_code: languageCode as 'ru' })
}

it('registers the commands in both languages', async () => {
  await expect
    .poll(async () => (await commandsOf('kk')).length, { timeout: 10_000 })
    .toBe(BOT_COMMANDS.length)
  const [english, russian, ukrainian] = [await commandsOf(), await commandsOf('ru'), await commandsOf('uk')]
  expect(english.map(({ command }) => command)).toEqual([...BOT_COMMANDS])
  expect(english).toContainEqual({ command: 'usage', description: text('en', 'command-usage') })
  expect(russian).toContainEqual({ command: 'usage', description: text('ru', 'command-usage') })
  expect(ukrainian).toEqual(russian)
})

describe('links', () => {
  const LINKS = [
    'topup',
    'settings',
    'usage',
    'history',
    'avatars',
    'transcripts',
    'help',
    'balance',
    'profile',
  ]

  it.each(LINKS)('?start=%s opens what its command opens', async (payload) => {
    const walker = await meetWalker(house, 'en')
    const byCommand = await walker.say(`/${payload}`)
    const byLink = await walker.say(`/start ${payload}`)
    expect(words(byLink)).toBe(words(byCommand))
  })

  it('welcomes who is new first, then opens it', async () => {
    const chat = await meet(house, 'en')
    const packs = await chat.say('/start topup', (message) =>
      meaningsOf(message).some(({ kind }) => kind === 'pack'),
    )
    const [hello] = await answersOf(house, chat.personId)
    expect(hello?.text).toContain('Nice to meet you')
    expect(packs.message_id).toBeGreaterThan(hello?.message_id ?? 0)
  })

  it('?start=pay-<pack> sells it; one that is not sold leads to those that are', async () => {
    const walker = await meetWalker(house, 'en')
    const invoice = await walker.say('/start pay-small')
    expect(invoice.invoice).toMatchObject({ currency: 'XTR', total_amount: 50 })
    offers('pack')(await walker.say('/start pay-of-yesterday'), walker)
  })

  it.each(['nonsense', 'constructor', 'pay', '__proto__', 'x'.repeat(64)])(
    '?start=%s is a plain start',
    async (payload) => {
      const walker = await meetWalker(house, 'en')
      expect(words(await walker.say(`/start ${payload}`))).toContain('Welcome back')
    },
  )
})

describe('the keyboard under the input field', () => {
  it.each(['ru', 'en'] as const)('comes with /start, and every tap is answered (%s)', async (language) => {
    const walker = await meetWalker(house, language)
    const labels = keyboardOf(house, walker.personId)
    expect(labels).toHaveLength(8)
    for (const label of labels) {
      const answer = await walker.say(label)
      expect(speaks(answer, language), label).toBe(true)
      expect(words(answer), label).not.toBe(plainText(text(language, 'unknown-text')))
      expect(hasWayOn(answer), label).toBe(true)
    }
  })

  it('changes with the language; labels of the other one are still understood', async () => {
    const walker = await meetWalker(house, 'ru')
    const [old = ''] = keyboardOf(house, walker.personId)
    const changed = text('en', 'language-changed')
    await walker.pressData(await walker.say('/language'), { kind: 'language', language: 'en' })
    await expect
      .poll(() => keyboardOf(house, walker.personId)[0], { timeout: 10_000 })
      .toBe(text('en', 'button-balance'))
    const all = await answersOf(house, walker.personId)
    expect(all.at(-1)?.text).toBe(changed)
    expect(words(await walker.say(old))).toMatch(/You have/)
  })

  it('is no answer to a question of ours, and ends it; the bare word is one', async () => {
    const walker = await meetWalker(house, 'en')
    await walker.say('/search')
    expect(words(await walker.say(text('en', 'button-balance')))).toMatch(/You have/)
    expect(words(await walker.say('Balance'))).toMatch(/You have/)
    await walker.say('/search')
    expect(words(await walker.say('Balance'))).toBe(
      plainText(text('en', 'transcript-search-none', { words: 'Balance' })),
    )
  })

  it('every screen that a button can name has a label', () => {
    for (const screen of SCREENS) expect(text('en', `button-${screen}`).length).toBeGreaterThan(2)
  })
})
