import { createHmac } from 'node:crypto'
import type { Frame, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { expectAccessible } from './support/accessible.ts'
import { callAsBot, openStartedChat } from './support/chat-page.ts'
import { stackOf } from './support/open-page.ts'
import { serveToyApp } from './support/toy-app.ts'
import {
  ENGLISH_DESKTOP,
  isPhone,
  RUSSIAN_DESKTOP,
  RUSSIAN_PHONE,
  VIEWS,
  type View,
} from './support/views.ts'

/** The menu button of the new person's chat opens the toy. */
const openToy = async (view: View) => {
  const chat = await openStartedChat(view)
  const { page } = chat
  const url = await serveToyApp()
  const words = view.language === 'ru' ? 'Игрушка' : 'Toy'
  const menu_button = { type: 'web_app', text: words, web_app: { url } }
  await callAsBot('setChatMenuButton', { chat_id: chat.personId, menu_button })
  await page.locator('#app-button', { hasText: words }).click()
  const frame = await frameOf(page, url)
  return { ...chat, frame, url }
}

const frameOf = async (page: Page, url: string): Promise<Frame> => {
  await page.frameLocator('.app-frame').getByText('Toy app').waitFor()
  const frame = page.frames().find((one) => one.url().startsWith(url))
  if (frame === undefined) throw new Error('the app has no frame')
  return frame
}

/** The app asks for something as Telegram's script does. */
const ask = (frame: Frame, eventType: string, eventData: object = {}): Promise<void> =>
  frame.evaluate(
    ([type, data]) =>
      (globalThis as unknown as { ask: (type: unknown, data: unknown) => void }).ask(type, data),
    [eventType, eventData] as const,
  )

/** What Telegram has told the app, as soon as it has. */
const heard = async (frame: Frame, eventType: string): Promise<unknown> => {
  const line = frame.locator('#heard li', { hasText: eventType }).last()
  await line.waitFor()
  return JSON.parse(((await line.textContent()) ?? '').slice(eventType.length))
}

const isSigned = (initData: string): boolean => {
  const fields = new URLSearchParams(initData)
  const hash = fields.get('hash')
  fields.delete('hash')
  const checked = [...fields].map(([name, value]) => `${name}=${value}`).sort()
  const key = createHmac('sha256', 'WebAppData').update(stackOf().telegram.token).digest()
  return createHmac('sha256', key).update(checked.join('\n')).digest('hex') === hash
}

describe.each(VIEWS)('%s', (_name, view) => {
  test('the menu button opens the app in a frame, with who it is for and the colours of the page', async () => {
    const { page, frame, personId } = await openToy(view)
    const opened = new URLSearchParams(new URL(frame.url()).hash.slice(1))
    const initData = opened.get('tgWebAppData') ?? ''
    expect(isSigned(initData)).toBe(true)
    expect(JSON.parse(new URLSearchParams(initData).get('user') ?? '')).toMatchObject({
      id: personId,
      language_code: view.language,
    })
    const theme = JSON.parse(opened.get('tgWebAppThemeParams') ?? '{}')
    expect(theme.bg_color).toBe(view.theme === 'dark' ? '#1b232c' : '#ffffff')

    await page.emulateMedia({ colorScheme: view.theme === 'dark' ? 'light' : 'dark' })
    expect(await heard(frame, 'theme_changed')).toMatchObject({
      theme_params: { bg_color: view.theme === 'dark' ? '#ffffff' : '#1b232c' },
    })
    await page.emulateMedia({ colorScheme: view.theme })
    await expectAccessible(page)

    const box = await page.locator('.app-frame').boundingBox()
    if (isPhone(view)) expect(box?.width).toBe(view.width)
    else expect(await page.locator('#text').isEditable()).toBe(true)
    expect(await page.locator('#app').evaluate((element) => element.matches('[inert]'))).toBe(isPhone(view))

    await page.click('#app-close')
    await page.locator('.app-frame').waitFor({ state: 'detached' })
    expect(await page.evaluate('document.activeElement?.id')).toBe('app-button')
  })
})

test('the app has Telegram’s buttons around it', async () => {
  const { page, frame } = await openToy(ENGLISH_DESKTOP)
  await ask(frame, 'web_app_setup_back_button', { is_visible: true })
  await page.click('#app-back')
  await heard(frame, 'back_button_pressed')
  await ask(frame, 'web_app_setup_settings_button', { is_visible: true })
  await page.click('#app-settings')
  await heard(frame, 'settings_button_pressed')
  await ask(frame, 'web_app_setup_main_button', { is_visible: true, is_active: true, text: 'Save' })
  await page.locator('.app-main', { hasText: 'Save' }).click()
  await heard(frame, 'main_button_pressed')
  await ask(frame, 'web_app_setup_main_button', { is_visible: false })
  await page.locator('#app-bottom').waitFor({ state: 'hidden' })
  await ask(frame, 'web_app_request_viewport')
  expect(await heard(frame, 'viewport_changed')).toMatchObject({ is_state_stable: true })
  await ask(frame, 'web_app_close')
  await page.locator('#app-panel').waitFor({ state: 'hidden' })
})

test('an invoice of the app opens in a sheet above it, and the app hears that it was put away', async () => {
  const { page, frame } = await openToy(RUSSIAN_PHONE)
  const prices = [{ label: 'x', amount: 5 }]
  const goods = { title: 'Ничего', description: 'Не продаётся', payload: 'unknown', currency: 'XTR', prices }
  const link = String(await callAsBot('createInvoiceLink', goods))
  const slug = link.slice('https://t.me/$'.length)
  await ask(frame, 'web_app_open_invoice', { slug })
  await page.locator('#dialog').getByText('Ничего').waitFor()
  await page.keyboard.press('Escape')
  expect(await heard(frame, 'invoice_closed')).toEqual({ slug, status: 'cancelled' })
})

test('a question of the app is a dialog, and one that has changes is not closed by mistake', async () => {
  const { page, frame } = await openToy(RUSSIAN_DESKTOP)
  const buttons = [
    { id: 'yes', type: 'destructive', text: 'Удалить' },
    { id: 'no', type: 'cancel' },
  ]
  await ask(frame, 'web_app_open_popup', { title: 'Аватар', message: 'Удалить его?', buttons })
  await page.locator('#dialog').getByText('Удалить его?').waitFor()
  await expectAccessible(page)
  await page.locator('#dialog').getByRole('button', { name: 'Удалить' }).click()
  expect(await heard(frame, 'popup_closed')).toEqual({ button_id: 'yes' })

  await ask(frame, 'web_app_setup_closing_behavior', { need_confirmation: true })
  // in order: its answer says that the wish before it has arrived
  await ask(frame, 'web_app_request_theme')
  await heard(frame, 'theme_changed')
  await page.click('#app-close')
  await page.locator('#dialog').getByRole('button', { name: 'Отмена' }).click()
  expect(await page.locator('.app-frame').count()).toBe(1)
  await page.click('#app-close')
  await page.locator('#dialog').getByRole('button', { name: 'Закрыть' }).click()
  await page.locator('.app-frame').waitFor({ state: 'detached' })
})

test('an app of the keyboard below sends the bot a text; words of strangers are not heard', async () => {
  const chat = await openStartedChat(ENGLISH_DESKTOP)
  const { page } = chat
  const url = await serveToyApp()
  const reply_markup = { keyboard: [[{ text: 'Toy', web_app: { url } }]] }
  await chat.untilNews(() =>
    callAsBot('sendMessage', { chat_id: chat.personId, text: 'Open it', reply_markup }),
  )
  await page.locator('#reply-keyboard').getByRole('button', { name: 'Toy' }).click()
  const frame = await frameOf(page, url)
  await page.evaluate(() => window.postMessage(JSON.stringify({ eventType: 'web_app_close' }), '*'))
  await ask(frame, 'web_app_data_send', { data: 'chosen' })
  await page.locator('#messages .service').waitFor()
  expect(await page.locator('.app-frame').count()).toBe(1)
})

test('a link of the app to the bot’s own chat says START there', async () => {
  const { page, frame, ...chat } = await openToy(ENGLISH_DESKTOP)
  await chat.untilNews(() => ask(frame, 'web_app_open_tg_link', { path_full: '/kopeika_bot?start=from-app' }))
  await page.locator('#messages .message.out').last().getByText('/start from-app').waitFor()
})
