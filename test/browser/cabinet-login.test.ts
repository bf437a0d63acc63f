import type { BrowserContext, FrameLocator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { text } from '#shared/domain/texts/texts.ts'
import { expectAccessible } from './support/accessible.ts'
import { cabinetIn, cabinetUrl, makeMember, openCabinet } from './support/cabinet.ts'
import { openStartedChat } from './support/chat-page.ts'
import { openContext, shoot } from './support/open-page.ts'
import { serveTelegramScript } from './support/telegram-script.ts'
import { serveHtml } from './support/toy-app.ts'
import { ENGLISH_DESKTOP, RUSSIAN_PHONE, VIEWS } from './support/views.ts'

/** Presses a button under the bot's last message that opens a tab; gives the tab. */
const openTab = async (context: BrowserContext, act: () => Promise<unknown>): Promise<Page> => {
  const [tab] = await Promise.all([context.waitForEvent('page'), act()])
  return tab
}

const cabinetInFrame = (page: Page): FrameLocator => page.frameLocator('.app-frame')

describe.each(VIEWS)('%s', (_name, view) => {
  test('the menu button of the chat opens the cabinet of whoever presses it', async () => {
    const chat = await openStartedChat(view)
    const { page } = chat
    await page.click('#app-button')
    const frame = cabinetInFrame(page)
    await frame
      .getByTestId('page-profile')
      .getByText(view.language === 'ru' ? 'Аня' : 'Anna')
      .waitFor()
    await frame.getByText(String(chat.personId)).waitFor()
    // the colours are those of the chat page
    expect(await frame.locator('html').getAttribute('data-theme')).toBe(view.theme)
    await shoot(page, view, 'chat-cabinet')
    await expectAccessible(page)
  })
})

test('the link of /login lets its person in once', async () => {
  const view = RUSSIAN_PHONE
  const chat = await openStartedChat(view)
  await chat.say('/login')
  const button = chat.last.getByRole('button', { name: text('ru', 'button-cabinet-browser') })
  const tab = await openTab(chat.context, () => button.click())
  await tab.getByTestId('page-profile').waitFor()
  expect(tab.url()).not.toContain('login')
  await tab.reload()
  await tab.getByTestId('page-profile').getByText('Аня').waitFor()

  await tab.close()
  await chat.context.clearCookies()
  chat.complaints.expect(/40[13]/)
  const again = await openTab(chat.context, () => button.click())
  await again.getByTestId('page-login').waitFor()
  expect(await again.getByTestId('page-login').getAttribute('data-why')).toBe('link')
})

test('a session that is over is renewed with what Telegram has said, and nobody notices', async () => {
  const { page, context, complaints, goTo, part } = await openCabinet(await makeMember(ENGLISH_DESKTOP))
  await context.clearCookies()
  complaints.expect(/401/)
  await goTo('#/wallet', 'page-wallet')
  await part('history').getByRole('link').first().waitFor()
  expect(await part('page-login').count()).toBe(0)
  expect((await context.cookies(page.url())).map(({ httpOnly }) => httpOnly)).toEqual([true])
})

test('one that began with a link asks to log in again, and goes on where it was', async () => {
  const view = ENGLISH_DESKTOP
  const chat = await openStartedChat(view)
  const button = () => chat.last.getByRole('button', { name: text('en', 'button-cabinet-browser') })
  await chat.say('/login')
  const tab = await openTab(chat.context, () => button().click())
  const { part, goTo, t } = await cabinetIn(tab, view)
  await part('page-profile').waitFor()
  await goTo('#/transcripts/new', 'page-new-transcript')
  await tab.getByLabel(t('text'), { exact: true }).fill('Typed before the session was over.')
  await chat.context.clearCookies()
  chat.complaints.expect(/401/)
  await part('page-new-transcript')
    .getByRole('button', { name: t('save') })
    .click()
  await part('session-over').waitFor()
  await shoot(tab, view, 'cabinet-session-over')
  await expectAccessible(tab)

  await chat.page.bringToFront()
  await chat.say('/login')
  const second = await openTab(chat.context, () => button().click())
  await second.getByTestId('page-profile').waitFor()
  await second.close()
  await tab.bringToFront()
  await part('session-over')
    .getByRole('button', { name: t('session-check') })
    .click()
  await part('session-over').waitFor({ state: 'detached' })
  await part('text').getByText('Typed before the session was over.').waitFor()
})

test('signing out leaves nobody logged in', async () => {
  const { page, part, t, complaints } = await openCabinet(await makeMember(RUSSIAN_PHONE))
  await part('page-profile')
    .getByRole('button', { name: t('sign-out') })
    .click()
  await part('page-login').waitFor()
  complaints.expect(/401/)
  await page.evaluate(() => sessionStorage.clear())
  await page.goto(cabinetUrl())
  await page.reload()
  await part('page-login').waitFor()
})

test('with Telegram’s script its Back leads back, and its theme is followed at once', async () => {
  const view = RUSSIAN_PHONE
  const chat = await openStartedChat(view)
  await serveTelegramScript(chat.context)
  const { page } = chat
  await page.click('#app-button')
  const frame = cabinetInFrame(page)
  await frame.getByTestId('page-profile').waitFor()
  await frame.locator('nav a[href="#/transcripts"]').click()
  await frame.locator('a[href="#/transcripts/new"]').click()
  await page.click('#app-back')
  await frame.getByTestId('page-transcripts').waitFor()
  await page.locator('#app-back').waitFor({ state: 'hidden' })
  await page.emulateMedia({ colorScheme: 'dark' })
  await frame.locator('html[data-theme=dark]').waitFor()
})

test('no other site shows the cabinet in a frame', async () => {
  const { context, complaints } = await openContext(ENGLISH_DESKTOP)
  complaints.expect(/frame-ancestors/)
  const page = await context.newPage()
  const url = await serveHtml(`<iframe src="${cabinetUrl()}"></iframe>`)
  const refused = page.waitForEvent('console', (message) => /frame-ancestors/.test(message.text()))
  await page.goto(url)
  await refused
})
