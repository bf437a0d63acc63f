import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { coinsOfRefund, type Refundable, refundableUntil, refuseSelfService } from './refunds.ts'

const PAID_AT = new Date('2026-03-01T12:00:00Z')
const payment = (over: Partial<Refundable> = {}): Refundable => ({
  amount: 9900,
  coins: 100,
  refundedAmount: 0,
  refundedCoins: 0,
  returnedBeforeCredit: 0,
  paidAt: PAID_AT,
  ...over,
})

describe('coinsOfRefund', () => {
  test('parts in whatever steps add up to the pack, and no part gives more than its share', () => {
    const amounts = fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(amounts, fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (parts, coins) => {
        const amount = parts.reduce((sum, part) => sum + part, 0)
        let state = payment({ amount, coins })
        for (const part of parts) {
          const taken = coinsOfRefund(state, part)
          expect(taken).toBeGreaterThanOrEqual(0)
          state = {
            ...state,
            refundedAmount: state.refundedAmount + part,
            refundedCoins: state.refundedCoins + taken,
          }
        }
        expect(state.refundedCoins).toBe(coins)
      }),
    )
  })

  test.each([
    [9900, 100],
    [9899, 99],
    [99, 1],
    [98, 0],
  ])('%i of 9900 for 100 coins: %i', (amount, coins) => {
    expect(coinsOfRefund(payment(), amount)).toBe(coins)
  })
})

test('after a refusal a part may have no coin left to give, but never gives a negative one; the last part makes up for it', () => {
  // of 9899 asked for and 1 refunded outside, the former was refused: its 99 coins are back, the 1 coin is gone
  const left = payment({ refundedAmount: 1, refundedCoins: 1 })
  expect(coinsOfRefund(left, 50)).toBe(0)
  const later = payment({ refundedAmount: 51, refundedCoins: 1 })
  expect(coinsOfRefund(later, 9900 - 51)).toBe(99)
})

test('coins that were credited after a part had gone back stand for the rest of the money', () => {
  const resolved = payment({ amount: 10_000, coins: 50, refundedAmount: 5_000, returnedBeforeCredit: 5_000 })
  expect(coinsOfRefund(resolved, 1_000)).toBe(10)
  expect(coinsOfRefund(resolved, 5_000)).toBe(50)
})

describe('refuseSelfService', () => {
  const ask = (
    over: {
      payment?: Partial<Refundable>
      amount?: number
      at?: string
      spendable?: number
      days?: number
      unspentOnly?: boolean
    } = {},
  ) =>
    refuseSelfService(payment(over.payment), over.amount ?? 9900, {
      policy: { days: over.days ?? 14, unspentOnly: over.unspentOnly ?? true },
      now: Date.parse(over.at ?? '2026-03-02T00:00:00Z'),
      spendable: over.spendable ?? 100,
    })

  test.each([
    ['in time and unspent', {}, undefined],
    ['the last moment', { at: '2026-03-15T11:59:59.999Z' }, undefined],
    ['a moment later', { at: '2026-03-15T12:00:00Z' }, 'too_late'],
    ['no days at all', { days: 0, at: '2026-03-01T12:00:00Z' }, 'too_late'],
    ['one coin spent', { spendable: 99 }, 'spent'],
    ['one coin spent, of a part', { spendable: 99, amount: 9899 }, undefined],
    ['spent, where that does not matter', { spendable: 0, unspentOnly: false }, undefined],
    ['waiting in suspense', { payment: { coins: 0 } }, 'not_refundable'],
    ['nothing left', { amount: 0 }, 'not_refundable'],
  ] as const)('%s: %s', (_name, over, refusal) => {
    expect(ask(over)).toBe(refusal)
  })

  test('the day is counted from the payment', () => {
    expect(refundableUntil(payment(), { days: 14, unspentOnly: true })).toEqual(
      new Date('2026-03-15T12:00:00Z'),
    )
  })
})
