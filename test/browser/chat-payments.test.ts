import { describe, expect, test } from 'vitest'
import { expectAccessible } from './support/accessible.ts'
import { callAsBot, openStartedChat } from './support/chat-page.ts'
import { shoot } from './support/open-page.ts'
import { ENGLISH_DESKTOP, VIEWS } from './support/views.ts'

describe.each(VIEWS)('%s', (_name, view) => {
  test('a pack is bought with Stars: the bill, the payment, the receipt', async () => {
    const chat = await openStartedChat(view)
    const { page } = chat
    const purse = page.locator('#person-stars')
    const before = await purse.textContent()
    await chat.say('/topup')
    await chat.last.locator('.keyboard button').first().click()
    const pay = page.locator('#messages .keyboard button', { has: page.locator('use[href="#i-card"]') })
    await pay.waitFor()
    await shoot(page, view, 'chat-invoice')
    await expectAccessible(page)

    await pay.click()
    await shoot(page, view, 'chat-bill')
    await expectAccessible(page)
    await page.locator('#dialog .actions button').first().click()
    expect(await purse.textContent()).toBe(before)

    await pay.click()
    await chat.untilNews(() => page.locator('#dialog .primary').click())
    await page.locator('#messages .service').waitFor()
    await page.locator('#toasts .toast').waitFor()
    expect(await purse.textContent()).not.toBe(before)
    await shoot(page, view, 'chat-paid')
    await expectAccessible(page)
  })
})

test('a payment that the bot refuses says why, and takes nothing', async () => {
  const chat = await openStartedChat(ENGLISH_DESKTOP)
  const { page } = chat
  const before = await page.locator('#person-stars').textContent()
  const prices = [{ label: 'x', amount: 5 }]
  const goods = { title: 'Nothing', description: 'Not for sale', payload: 'unknown', currency: 'XTR', prices }
  await chat.untilNews(() => callAsBot('sendInvoice', { chat_id: chat.personId, ...goods }))
  await chat.last.locator('.keyboard button').click()
  await page.locator('#dialog .primary').click()
  await page.locator('#dialog .problem').filter({ hasText: /\S/ }).waitFor()
  expect(await page.locator('#person-stars').textContent()).toBe(before)
})
