import { describe, expect, test } from 'vitest'
import { checkPayment, packPrice } from './packs.ts'

const pack = { id: 'small', coins: 100, title: { ru: 'Малый', en: 'Small' }, prices: { XTR: 50, RUB: 9900 } }

describe('packPrice', () => {
  test.each([
    ['stars', { currency: 'XTR', amount: 50 }],
    ['telegram', { currency: 'RUB', amount: 9900 }],
    ['yookassa', { currency: 'RUB', amount: 9900 }],
  ] as const)('%s', (provider, price) => {
    expect(packPrice(pack, provider)).toEqual(price)
  })

  test('a pack without a price in the currency is not sold there', () => {
    expect(() => packPrice({ ...pack, prices: { XTR: 50 } }, 'yookassa')).toThrow(
      expect.objectContaining({
        code: 'invalid_input',
        detail: expect.stringContaining('not sold through yookassa'),
      }),
    )
  })
})

test.each([
  [{ currency: 'XTR', totalAmount: 50 }, 'ok'],
  [{ currency: 'XTR', totalAmount: 49 }, 'amount_differs'],
  [{ currency: 'XTR', totalAmount: 51 }, 'amount_differs'],
  [{ currency: 'XTR', totalAmount: Number.NaN }, 'amount_differs'],
  [{ currency: 'RUB', totalAmount: 50 }, 'currency_differs'],
  [{ currency: 'xtr', totalAmount: 50 }, 'currency_differs'],
  [{ currency: 'RUB', totalAmount: 1 }, 'currency_differs'],
] as const)('checkPayment %o -> %s', (payment, outcome) => {
  expect(checkPayment({ currency: 'XTR', amount: 50 }, payment)).toBe(outcome)
})
