import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startYookassaSimulator } from './server.ts'
import { call, newPayment, startTestShop, startTestWebhook } from './test-shop.ts'

const quick = { retryDelayMs: () => 5 }

const stateFileOf = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'yookassa-simulator-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'state.json')
}

test('the webhook hears of what was paid, given up and refunded', async () => {
  const webhook = await startTestWebhook()
  const shop = await startTestShop({ webhookUrl: webhook.url })
  const [paid, given] = [await newPayment(shop), await newPayment(shop)]
  shop.pay(paid)
  await shop.settled()
  shop.cancel(given)
  await shop.settled()
  const refund = shop.refund(paid, '9.00')
  await shop.settled()
  expect(webhook.received).toMatchObject([
    { type: 'notification', event: 'payment.succeeded', object: { id: paid, status: 'succeeded' } },
    { type: 'notification', event: 'payment.canceled', object: { id: given, status: 'canceled' } },
    { type: 'notification', event: 'refund.succeeded', object: { id: refund.id, payment_id: paid } },
  ])
  expect(shop.book().notifications).toEqual([])
})

test('a notification comes again until the answer is 200: not 201, no redirect, no hang-up', async () => {
  const webhook = await startTestWebhook()
  const shop = await startTestShop({ webhookUrl: webhook.url, ...quick })
  webhook.answer = (_event, response) => {
    const attempt = webhook.received.length
    if (attempt === 1) response.writeHead(500).end()
    else if (attempt === 2) response.writeHead(201).end()
    else if (attempt === 3) response.writeHead(302, { location: '/elsewhere' }).end()
    else if (attempt === 4) response.socket?.destroy()
    else response.writeHead(200).end()
  }
  shop.pay(await newPayment(shop))
  await shop.settled()
  expect(webhook.received).toHaveLength(5)
  expect(new Set(webhook.received.map((one) => JSON.stringify(one))).size).toBe(1)
})

test('after a day it is given up', async () => {
  const webhook = await startTestWebhook()
  const shop = await startTestShop({ webhookUrl: webhook.url, retryDelayMs: () => 60_000 })
  const failed = Promise.withResolvers<void>()
  webhook.answer = (_event, response) => {
    response.writeHead(503).end()
    failed.resolve()
  }
  shop.pay(await newPayment(shop))
  await failed.promise
  await expect.poll(() => shop.book().notifications[0]?.attempts).toBe(1)
  await shop.advance(25 * 3600)
  await shop.settled()
  expect(webhook.received).toHaveLength(1)
  expect(shop.book().notifications).toEqual([])
})

test('without a webhook nothing is kept for later', async () => {
  const shop = await startTestShop()
  shop.pay(await newPayment(shop))
  expect(shop.book().notifications).toEqual([])
})

test('a restart keeps the book, the keys and what is on its way', async () => {
  const stateFile = stateFileOf()
  const webhook = await startTestWebhook()
  webhook.answer = (_event, response) => void response.writeHead(500).end()
  const login = { shopId: '100500', secretKey: 'test_secret' }
  const first = await startYookassaSimulator({ ...login, stateFile, webhookUrl: webhook.url })
  const key = { 'idempotence-key': 'k' }
  const request = {
    amount: { value: '5.00', currency: 'RUB' },
    capture: true,
    confirmation: { type: 'redirect', return_url: 'https://t.me/b' },
  }
  const { body: made } = await call(first, '/payments', request, key)
  first.pay(made.id)
  first.refund(made.id, '2.00')
  await expect.poll(() => webhook.received.length).toBeGreaterThan(1)
  const before = first.book()
  await first.close()

  webhook.received.length = 0
  webhook.answer = (_event, response) => void response.writeHead(200).end()
  const second = await startTestShop({ stateFile })
  await second.settled()
  expect(webhook.received.map(({ event }) => event).toSorted()).toEqual([
    'payment.succeeded',
    'refund.succeeded',
  ])
  const after = second.book()
  expect([after.payments, after.refunds]).toEqual([before.payments, before.refunds])
  expect((await call(second, '/payments', request, key)).body.id).toBe(made.id)
  expect(() => second.refund(made.id, '3.01')).toThrow(/more than what is left/)
})

test('a killed process loses nothing: every change is in the file at once', async () => {
  const stateFile = stateFileOf()
  const killed = await startTestShop({ stateFile })
  const id = await newPayment(killed)
  killed.pay(id)
  // the first one has not been closed: nothing but the file can have told the second one
  const second = await startTestShop({ stateFile })
  expect(second.book().payments).toMatchObject([{ id, status: 'succeeded' }])
})

test('a damaged state file is named', async () => {
  const stateFile = stateFileOf()
  writeFileSync(stateFile, '{ damaged')
  await expect(startTestShop({ stateFile })).rejects.toThrow(/YooKassa simulator's state file .* is damaged/)
})
