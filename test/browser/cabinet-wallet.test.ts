import { describe, expect, test } from 'vitest'
import { expectAccessible } from './support/accessible.ts'
import { makeBusyMember, makeMember, openCabinet, textsOf } from './support/cabinet.ts'
import { openStartedChat } from './support/chat-page.ts'
import { shoot } from './support/open-page.ts'
import { serveTelegramScript } from './support/telegram-script.ts'
import { ENGLISH_DESKTOP, ENGLISH_PHONE, RUSSIAN_DESKTOP, RUSSIAN_PHONE } from './support/views.ts'

const VIEWS = [
  ['ru', RUSSIAN_PHONE],
  ['en', ENGLISH_DESKTOP],
] as const

describe.each(VIEWS)('%s', (_language, view) => {
  test('a pack is paid at YooKassa in a tab of its own, and the coins appear by themselves', async () => {
    const { context, part, goTo, t } = await openCabinet(await makeMember(view))
    await goTo('#/wallet', 'page-wallet')
    await part('top-up')
      .getByRole('radio', { name: t('way-yookassa') })
      .click()
    await part('top-up').locator('.pack').first().click()
    // Telegram, which would open it, is not there: the link stands in the card that waits
    const link = part('payment').getByRole('link', { name: t('payment-open') })
    const [shop] = await Promise.all([context.waitForEvent('page'), link.click()])
    await shop.locator('button.main').click()
    // paid: the shop leads back to where the bot lives
    await shop.locator('#bot-name').waitFor()
    await shop.close()
    await part('payment').and(part('payment').page().locator('[data-state=paid]')).waitFor()
    await part('spendable').filter({ hasText: /^150$/ }).waitFor()
    await part('history').getByText('+100').waitFor()
  })
})

test('a pack is paid with Stars in Telegram’s sheet above the cabinet', async () => {
  const view = RUSSIAN_DESKTOP
  const chat = await openStartedChat(view)
  await serveTelegramScript(chat.context)
  const { page } = chat
  await page.click('#app-button')
  const frame = page.frameLocator('.app-frame')
  await frame.locator('nav a[href="#/wallet"]').click()
  await frame.locator('.pack').first().click()
  await page.locator('#dialog .bill').waitFor()
  await shoot(page, view, 'chat-cabinet-bill')
  await page.locator('#dialog .actions button').first().click()
  await frame.locator('[data-testid=payment][data-state=cancelled]').waitFor()
  await frame.locator('.pack').first().click()
  await page.locator('#dialog .primary').click()
  await frame.locator('[data-testid=payment][data-state=paid]').waitFor()
  await frame.getByTestId('spendable').filter({ hasText: /^150$/ }).waitFor()
})

test('the history is filtered, and each entry says why it is there', async () => {
  const view = ENGLISH_PHONE
  const { page, part, goTo, t } = await openCabinet(await makeBusyMember(view))
  await goTo('#/wallet', 'page-wallet')
  const rows = part('history').locator('a.entry')
  expect(await rows.count()).toBe(5)
  await part('history').getByRole('combobox').selectOption('bonus')
  await rows.nth(1).waitFor({ state: 'detached' })
  await rows.click()
  expect(await rows.count()).toBe(1)
  await part('entry').getByText(t('why-bonus')).waitFor()
  await page.keyboard.press('Escape')
  await part('entry').waitFor({ state: 'detached' })
  await part('history').getByRole('combobox').selectOption('refund')
  await part('history').getByText(t('history-none')).waitFor()
})

test('what was spent is a drawing, and a table with the same numbers', async () => {
  const view = RUSSIAN_DESKTOP
  const { page, part, goTo, t } = await openCabinet(await makeBusyMember(view))
  await goTo('#/wallet', 'page-wallet')
  await part('usage').locator('svg').first().waitFor()
  await part('usage')
    .getByRole('button', { name: t('usage-as-table') })
    .click()
  const table = part('usage').getByRole('table')
  await table.waitFor()
  expect(await table.textContent()).toContain('27')
  await shoot(page, view, 'cabinet-usage-table')
  await expectAccessible(page)
  expect(textsOf(view).work).not.toBe('')
})
