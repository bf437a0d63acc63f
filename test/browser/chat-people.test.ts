import { describe, expect, test } from 'vitest'
import { text } from '#shared/domain/texts/texts.ts'
import { expectAccessible, expectFits } from './support/accessible.ts'
import { openChat, openStartedChat, untilText, wordsOf } from './support/chat-page.ts'
import { shoot } from './support/open-page.ts'
import { ENGLISH_DESKTOP, isPhone, RUSSIAN_DESKTOP, RUSSIAN_PHONE, VIEWS } from './support/views.ts'

/** Names that nobody else in these tests has. */
const NAMES = {
  ru: { light: 'Нина', dark: 'Лев' },
  en: { light: 'Nina', dark: 'Leo' },
} as const

describe.each(VIEWS)('%s', (_name, view) => {
  test('two people write side by side, and neither sees the other’s chat', async () => {
    const { page, ...chat } = await openStartedChat(view, NAMES[view.language][view.theme])
    await page.click('#person-chip')
    await shoot(page, view, 'chat-menu')
    await expectAccessible(page)
    const label = view.language === 'ru' ? 'Двое рядом' : 'Two people side by side'
    await page.locator('#person-menu button', { hasText: label }).click()
    const [left, right] = ['left', 'right'].map((pane) => page.frameLocator(`iframe[src*="pane=${pane}"]`))
    if (left === undefined || right === undefined) throw new Error('no panes')
    await left.locator('#messages .message.in').first().waitFor()
    const name = await right.locator('#person-name').textContent()
    expect(name).not.toBe(await left.locator('#person-name').textContent())
    const start = right.locator('#start')
    const greeting = right.locator('#messages .message.in').first()
    await start.or(greeting).first().waitFor()
    if (await start.isVisible()) await start.click()
    await greeting.waitFor()

    const secret = `/help ${chat.personId}`
    await left.locator('#text').fill(secret)
    await left.locator('#text').press('Enter')
    await left.locator('#messages .message.out').last().getByText(String(chat.personId)).waitFor()
    expect(await right.getByText(secret).count()).toBe(0)
    await shoot(page, view, 'chat-two-people')
    await expectAccessible(page)
    if (!isPhone(view)) await expectFits(page)

    await right.locator('#person-chip').click()
    const alone = view.language === 'ru' ? 'Один чат' : 'One chat'
    await right.locator('#person-menu button', { hasText: alone }).click()
    await untilText(page.locator('#person-name'), new RegExp(`^${name}$`))
  })
})

test('the language of the page is that of both panes', async () => {
  const { page } = await openStartedChat(RUSSIAN_DESKTOP)
  await page.click('#person-chip')
  await page.locator('#person-menu button', { hasText: 'Двое рядом' }).click()
  const panes = ['left', 'right'].map((pane) => page.frameLocator(`iframe[src*="pane=${pane}"]`))
  for (const pane of panes) await pane.locator('#person-name', { hasText: /./ }).waitFor()
  await panes[0]?.locator('#person-chip').click()
  await panes[0]?.locator('#person-menu button', { hasText: 'English' }).click()
  for (const pane of panes) await pane.locator('html[lang=en]').waitFor()
  await page.locator('html[lang=en]').waitFor()
})

test('a new person comes at a click, and has an empty chat of their own', async () => {
  const { page } = await openStartedChat(RUSSIAN_PHONE)
  await page.click('#person-chip')
  await page.locator('#person-menu button', { hasText: 'Новый человек' }).click()
  await page.fill('#dialog input[name=name]', 'Вера')
  await shoot(page, RUSSIAN_PHONE, 'chat-new-person')
  await expectAccessible(page)
  await page.keyboard.press('Enter')
  await untilText(page.locator('#person-name'), /^Вера$/)
  await page.locator('#start').waitFor()
  expect(await page.locator('#messages [data-id]').count()).toBe(0)
})

test('a person who has blocked the bot unblocks it', async () => {
  const { page, ...chat } = await openStartedChat(ENGLISH_DESKTOP)
  await page.click('#person-chip')
  await page.locator('#person-menu button', { hasText: 'Block bot' }).click()
  await page.locator('#unblock').waitFor()
  await page.locator('#composer').waitFor({ state: 'hidden' })
  await expectAccessible(page)
  await page.click('#unblock')
  await page.locator('#composer').waitFor()
  await chat.say('/help')
})

test('the operator is a person of the menu, and the bot knows them', async () => {
  const view = RUSSIAN_DESKTOP
  const stranger = await openChat(view)
  const { page } = stranger
  const unknown = text('ru', 'unknown-command')
  await stranger.start()
  await stranger.say('/admin')
  await page.click('#person-chip')
  await page.locator('#person-menu button', { hasText: 'Оператор' }).click()
  await page.locator('.avatar.operator').first().waitFor()
  await page.locator('#start').click()
  await stranger.answers.first().waitFor()
  await stranger.say('/admin')
  expect(await wordsOf(stranger.last)).not.toContain(unknown.slice(0, 20))
  await shoot(page, view, 'chat-operator')
  await expectAccessible(page)
})
