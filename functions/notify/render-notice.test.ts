import { expect, test } from 'vitest'
import { QueuedNotice } from './notices.ts'
import { isWanted, renderNotice } from './render-notice.ts'

const userId = '0198f1c2-7d3e-7a4b-8c5d-0e1f2a3b4c5d'
/** Intl separates with no-break spaces. */
const plainSpaces = (words: string): string => words.replaceAll(/[\u00a0\u202f]/g, ' ')

const refunded = (debt: number) =>
  QueuedNotice.parse({
    userId,
    kind: 'payment-refunded',
    params: { amount: 9950, currency: 'RUB', coins: 101, balance: 21, debt, paymentId: 'p-1' },
  })
const failed = QueuedNotice.parse({
  userId,
  kind: 'refund-failed',
  params: { amount: 50, currency: 'XTR', coins: 2, balance: 52, paymentId: 'p-2' },
})

test('a refund names the money, the coins, what is left and the payment', () => {
  expect(plainSpaces(renderNotice(refunded(0), 'ru'))).toBe(
    [
      'Вернули платёж: 99,50 ₽',
      'Списано: 101 монета, на счёте: <b>21 монета</b>',
      '',
      'Номер платежа: <code>p-1</code>',
    ].join('\n'),
  )
  expect(plainSpaces(renderNotice(refunded(0), 'en'))).toContain(
    'Payment refunded: ₽99.50\nTaken back: 101 coins',
  )
})

test('a refund of coins that are spent tells of the debt', () => {
  expect(renderNotice(refunded(3), 'ru')).toContain('Долг — 3 монеты: погасим его')
  expect(renderNotice(refunded(1), 'en')).toContain('You owe 1 coin: your next top-up pays it first.')
})

test('a refund that the provider refused: the coins are back, and where to ask', () => {
  expect(renderNotice(failed, 'ru')).toBe(
    [
      'Вернуть платёж не получилось: 50 ⭐. Платёжная система отказала.',
      'Монеты снова у вас: 2 монеты, на счёте: <b>52 монеты</b>',
      '',
      'Номер платежа: <code>p-2</code>',
      'Что делать дальше — /paysupport',
    ].join('\n'),
  )
  expect(renderNotice(failed, 'en')).toContain('Your coins are back: 2 coins, balance: <b>52 coins</b>')
})

test('neither can be switched off', () => {
  const settings = {
    language: 'ru',
    timeZone: 'UTC',
    receipts: false,
    lowBalance: false,
    lowBalanceThreshold: 0,
    dailyLimit: null,
    quietHours: null,
    avatarVisibility: 'everyone',
  } as const
  expect([refunded(0), failed].map((notice) => isWanted(notice, settings))).toEqual([true, true])
})
