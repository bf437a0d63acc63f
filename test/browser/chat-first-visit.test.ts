import { describe, expect, test } from 'vitest'
import { text } from '#shared/domain/texts/texts.ts'
import { expectAccessible, expectFits } from './support/accessible.ts'
import { makePerson, openChat, openStartedChat, pageUrl, wordsOf } from './support/chat-page.ts'
import { openContext, shoot } from './support/open-page.ts'
import { RUSSIAN_PHONE, VIEWS } from './support/views.ts'

describe.each(VIEWS)('%s', (_name, view) => {
  test('a newcomer meets an empty chat, and is greeted in their language', async () => {
    const chat = await openChat(view)
    const { page } = chat
    await shoot(page, view, 'chat-empty')
    await expectAccessible(page)
    await chat.start()
    const hello = view.language === 'ru' ? 'Аня' : 'Anna'
    expect(await wordsOf(chat.last)).toContain(hello)
    expect(await page.locator('html').getAttribute('lang')).toBe(view.language)
    await shoot(page, view, 'chat-greeting')
    await expectAccessible(page)
    await expectFits(page)
  })

  test('buttons change their message in place, and the focus stays where it was', async () => {
    const chat = await openStartedChat(view)
    const { page } = chat
    await chat.say('/help')
    const count = await chat.answers.count()
    const before = await wordsOf(chat.last)
    await chat.last.getByRole('button', { name: text(view.language, 'button-balance') }).focus()
    await page.keyboard.press('Enter')
    const edited = view.language === 'ru' ? 'изм.' : 'edited'
    await chat.last.locator('.meta', { hasText: edited }).waitFor()
    expect(await chat.answers.count()).toBe(count)
    expect(await wordsOf(chat.last)).not.toBe(before)
    const inMessage = 'document.activeElement?.closest("#messages [data-id]") !== null'
    expect(await page.evaluate(inMessage)).toBe(true)
    await shoot(page, view, 'chat-balance')
    await expectAccessible(page)
  })
})

test('the commands are offered in the language of the person, and again when it changes', async () => {
  const chat = await openStartedChat(RUSSIAN_PHONE)
  const { page } = chat
  await page.click('#commands')
  await page.locator('#command-menu', { hasText: text('ru', 'command-balance') }).waitFor()
  await page.keyboard.press('Escape')
  await page.click('#person-chip')
  await page.locator('#person-menu button', { hasText: 'Язык в Telegram' }).click()
  await page.waitForFunction(async (id) => {
    const answer = await fetch(`/sim/chats/${id}`)
    return (await answer.json()).person.languageCode === 'en'
  }, chat.personId)
  await page.fill('#text', '/bal')
  await page.locator('#command-menu', { hasText: text('en', 'command-balance') }).waitFor()
})

test('what the bot says while the chat is being read stays, though what was read is older', async () => {
  const personId = await makePerson(RUSSIAN_PHONE)
  const { context } = await openContext(RUSSIAN_PHONE, { storage: { 'kopeika-person': String(personId) } })
  const page = await context.newPage()
  const greeting = page.locator('#messages .message.in')
  const reading = Promise.withResolvers<void>()
  await page.route(`**/sim/chats/${personId}/messages`, async (route) => {
    if (route.request().method() !== 'GET') return route.continue()
    const empty = await route.fetch()
    reading.resolve()
    await greeting.first().waitFor()
    await route.fulfill({ response: empty })
  })
  const read = page.waitForResponse(
    (response) =>
      response.url().endsWith(`/sim/chats/${personId}/messages`) && response.request().method() === 'GET',
  )
  await page.goto(pageUrl())
  await reading.promise
  await page.click('#start')
  await (await read).finished()
  // the page has shown what it read once it has drawn the next picture
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  )
  expect(await greeting.count()).toBe(1)
  expect(await page.locator('#start').isVisible()).toBe(false)
})
