import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TYPED_SETTINGS, type TypedSetting } from '#shared/domain/callback-setting.ts'
import type { Settings } from '#shared/domain/settings.ts'
import { text } from '#shared/domain/texts/texts.ts'
import { citiesFor } from '#shared/domain/time-zones.ts'
import type { ChatMessage } from '../../local/demo/conversation.ts'
import { connectWebhook, labelsOf, plainText } from '../../test/support/chat.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { meaningsOf, meetWalker, type Walker } from '../../test/support/walk.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as dispatcher } from './handler.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [dispatcher, register, profile] })
  await connectWebhook(house)
})
afterAll(() => house?.close())

const settingsOf = async ({ personId }: Walker): Promise<Settings> =>
  (await house.call('profile', 'GET', `/?telegramId=${personId}`)).body.settings

/** The values of a setting, opened from the settings. */
const valuesOf = async (walker: Walker, name: TypedSetting): Promise<ChatMessage> =>
  walker.pressData(await walker.say('/settings'), { kind: 'setting-values', name })
const ask = async (walker: Walker, name: TypedSetting): Promise<ChatMessage> =>
  walker.pressKind(await valuesOf(walker, name), 'setting-ask')
describe.each(['ru', 'en'] as const)('in %s', (language) => {
  it.each(TYPED_SETTINGS)('%s is chosen from a list in place, and the list marks it', async (name) => {
    const walker = await meetWalker(house, language)
    const settings = await walker.say('/settings')
    const values = await walker.pressData(settings, { kind: 'setting-values', name })
    expect(values.message_id).toBe(settings.message_id)
    expect(values.text).toBe(plainText(text(language, 'settings-values', { name })))
    const current = (await settingsOf(walker))[name]
    const [other] = meaningsOf(values).filter(
      (meaning) => meaning.kind === 'setting' && JSON.stringify(meaning.value) !== JSON.stringify(current),
    )
    if (other?.kind !== 'setting') throw new Error('there is nothing to choose')
    const changed = await walker.press(values, other.label)
    expect(changed.message_id).toBe(settings.message_id)
    expect((await settingsOf(walker))[name]).toEqual(other.value)
    const marked = labelsOf(await valuesOf(walker, name)).filter((label) => label.startsWith('✓'))
    expect(marked).toHaveLength(1)
    expect(marked[0]).toContain(other.label.replace(/ · .*/, ''))
  })

  it.each([
    ['timeZone', language === 'ru' ? 'Казань' : 'Kazan', 'Europe/Moscow'],
    ['lowBalanceThreshold', '35', 35],
    ['dailyLimit', '1 250', 1_250],
    ['dailyLimit', language === 'ru' ? 'нет' : 'none', null],
    ['quietHours', language === 'ru' ? 'с 22:30 до 7' : '10:30 pm – 7 am', { from: '22:30', to: '07:00' }],
  ] as const)('%s is typed: %s', async (name, words, value) => {
    const walker = await meetWalker(house, language)
    const question = await ask(walker, name)
    expect(question.text).toBe(plainText(text(language, 'settings-ask', { name })))
    const wrong = await walker.say('???')
    expect(wrong.text).toBe(plainText(text(language, 'settings-wrong', { name })))
    const saved = await walker.say(words)
    expect(saved.text).toContain(text(language, 'settings-saved'))
    expect((await settingsOf(walker))[name]).toEqual(value)
    // the question is answered: words are words again
    expect((await walker.say('???')).text).toBe(plainText(text(language, 'unknown-text')))
  })

  it('a clock that several places show leaves a choice, which ends the question', async () => {
    const walker = await meetWalker(house, language)
    await ask(walker, 'timeZone')
    const choice = await walker.say('UTC+3')
    expect(choice.text).toBe(text(language, 'settings-which-zone'))
    const [first] = meaningsOf(choice)
    await walker.press(choice, first?.label ?? '')
    expect((await settingsOf(walker)).timeZone).toBe('Europe/Moscow')
    expect((await walker.say('UTC+3')).text).toBe(plainText(text(language, 'unknown-text')))
  })
})

it('all cities can be reached by pages, each with its time, and none twice', async () => {
  const walker = await meetWalker(house, 'en')
  let page = await valuesOf(walker, 'timeZone')
  const seen: unknown[] = []
  for (let turns = 0; turns < 20; turns += 1) {
    const zones = meaningsOf(page).filter(({ kind }) => kind === 'setting')
    for (const { label } of zones) expect(label).toMatch(/ · \d\d:\d\d$/)
    seen.push(...zones.map((meaning) => meaning.kind === 'setting' && meaning.value))
    if (!labelsOf(page).includes(text('en', 'button-next'))) break
    page = await walker.press(page, text('en', 'button-next'))
  }
  expect(seen).toEqual(citiesFor('en').map(({ zone }) => zone))
  expect(labelsOf(await walker.press(page, text('en', 'button-previous')))).toContain(
    text('en', 'button-next'),
  )
})

it('a question is dropped by its button, by a command, and by turning to another screen', async () => {
  const walker = await meetWalker(house, 'en')
  const unknown = plainText(text('en', 'unknown-text'))
  await walker.pressKind(await ask(walker, 'dailyLimit'), 'cancel')
  expect((await walker.say('77')).text).toBe(unknown)
  await ask(walker, 'dailyLimit')
  await walker.say('/balance')
  expect((await walker.say('77')).text).toBe(unknown)
  const question = await ask(walker, 'dailyLimit')
  await walker.pressData(question, { kind: 'menu', screen: 'balance' })
  expect((await walker.say('77')).text).toBe(unknown)
  expect((await settingsOf(walker)).dailyLimit).toBeNull()
})

it('who may see the avatar goes back and forth, and reminders hide their threshold', async () => {
  const walker = await meetWalker(house, 'en')
  let settings = await walker.say('/settings')
  settings = await walker.press(settings, 'Avatar:')
  expect((await settingsOf(walker)).avatarVisibility).toBe('me')
  settings = await walker.press(settings, 'Avatar:')
  expect((await settingsOf(walker)).avatarVisibility).toBe('everyone')
  settings = await walker.press(settings, 'Reminders')
  expect(labelsOf(settings).some((label) => label.startsWith('Threshold'))).toBe(false)
})
