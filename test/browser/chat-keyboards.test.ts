import { describe, expect, test } from 'vitest'
import { expectAccessible, expectFits } from './support/accessible.ts'
import { callAsBot, openStartedChat, wordsOf } from './support/chat-page.ts'
import { shoot } from './support/open-page.ts'
import { ENGLISH_DESKTOP, ENGLISH_PHONE, RUSSIAN_DESKTOP, VIEWS } from './support/views.ts'

type Chat = Awaited<ReturnType<typeof openStartedChat>>

const offer = (chat: Chat, reply_markup: unknown, text = 'Choose') =>
  chat.untilNews(() => callAsBot('sendMessage', { chat_id: chat.personId, text, reply_markup }))

const lastOwn = ({ page }: Chat) => page.locator('#messages .message.out').last()

describe.each(VIEWS)('%s', (_name, view) => {
  test('a keyboard of the bot writes its words, and gives the empty field its own', async () => {
    const chat = await openStartedChat(view)
    const { page } = chat
    const [yes, no, hint] = view.language === 'ru' ? ['Да', 'Нет', 'Ваш ответ'] : ['Yes', 'No', 'Your answer']
    const keyboard = [[yes, no]]
    const question = view.language === 'ru' ? 'Всё верно?' : 'Is that right?'
    await offer(chat, { keyboard, resize_keyboard: true, input_field_placeholder: hint }, question)
    const below = page.locator('#reply-keyboard')
    await below.getByRole('button', { name: yes }).waitFor()
    expect(await page.locator('#text').getAttribute('placeholder')).toBe(hint)
    await shoot(page, view, 'chat-keyboard')
    await expectAccessible(page)
    await expectFits(page)
    await chat.untilNews(() => below.getByRole('button', { name: yes }).click())
    expect(await wordsOf(lastOwn(chat))).toBe(yes)
  })
})

test('a keyboard can be put away and called back; one that is persistent cannot', async () => {
  const chat = await openStartedChat(ENGLISH_DESKTOP)
  const { page } = chat
  const below = page.locator('#reply-keyboard')
  const toggle = page.locator('#toggle-keyboard')
  await offer(chat, { keyboard: [['One']] })
  await below.getByRole('button', { name: 'One' }).waitFor()
  await toggle.click()
  await below.waitFor({ state: 'hidden' })
  expect(await toggle.getAttribute('aria-expanded')).toBe('false')
  await toggle.click()
  await below.waitFor()

  await offer(chat, { keyboard: [['Two']], is_persistent: true })
  await below.getByRole('button', { name: 'Two' }).waitFor()
  await toggle.waitFor({ state: 'hidden' })
})

test('a keyboard for one answer goes with it, and the bot takes one away', async () => {
  const chat = await openStartedChat(ENGLISH_PHONE)
  const { page } = chat
  const below = page.locator('#reply-keyboard')
  await offer(chat, { keyboard: [['Once']], one_time_keyboard: true })
  await chat.untilNews(() => below.getByRole('button', { name: 'Once' }).click())
  await below.waitFor({ state: 'hidden' })
  await page.locator('#toggle-keyboard').waitFor()
  await offer(chat, { remove_keyboard: true })
  await page.locator('#toggle-keyboard').waitFor({ state: 'hidden' })
})

test('a question that wants an answer gets one, which quotes it', async () => {
  const chat = await openStartedChat(RUSSIAN_DESKTOP)
  const { page } = chat
  const question = 'Как назвать расшифровку?'
  await offer(chat, { force_reply: true, input_field_placeholder: 'Название' }, question)
  await page.locator('#reply-strip').getByText(question).waitFor()
  expect(await page.locator('#text').getAttribute('placeholder')).toBe('Название')
  await shoot(page, RUSSIAN_DESKTOP, 'chat-question')
  await expectAccessible(page)
  await page.reload()
  await page.locator('#reply-strip').getByText(question).waitFor()
  await chat.say('Планёрка')
  await lastOwn(chat).locator('.quote', { hasText: question }).waitFor()
  await page.locator('#reply-strip').waitFor({ state: 'hidden' })
})

test('everything can be done with the keys alone', async () => {
  const chat = await openStartedChat(ENGLISH_DESKTOP)
  const { page } = chat
  await page.focus('#text')
  await page.keyboard.type('/bal')
  await page.locator('#command-menu [role=option]').first().waitFor()
  await chat.untilNews(() => page.keyboard.press('Enter'))
  expect(await wordsOf(lastOwn(chat))).toBe('/balance')

  await page.focus('#person-chip')
  await page.keyboard.press('Enter')
  await page.locator('#person-menu').waitFor()
  await page.keyboard.press('ArrowDown')
  expect(await page.evaluate('document.activeElement?.closest("#person-menu") !== null')).toBe(true)
  await page.keyboard.press('Escape')
  await page.locator('#person-menu').waitFor({ state: 'hidden' })
  expect(await page.evaluate('document.activeElement?.id')).toBe('person-chip')

  await chat.last.locator('.keyboard button').first().focus()
  await page.keyboard.press('Enter')
  await chat.last.locator('.meta', { hasText: 'edited' }).waitFor()
})
