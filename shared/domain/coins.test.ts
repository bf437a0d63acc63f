import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addCoins, CoinAmount, CoinBalance, crossesLowBalance, multiplyCoins, spendable } from './coins.ts'

const MAX = Number.MAX_SAFE_INTEGER

describe('CoinAmount', () => {
  test.each([1, 2, MAX])('takes %s', (value) => {
    expect(CoinAmount.parse(value)).toBe(value)
  })

  test.each([
    0,
    -0,
    -1,
    1.5,
    MAX + 1,
    1e21,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '100',
    null,
    undefined,
    [1],
    true,
  ])('refuses %s', (value) => {
    expect(CoinAmount.safeParse(value).success).toBe(false)
  })
})

test('a balance may be zero but not negative', () => {
  expect(CoinBalance.parse(0)).toBe(0)
  expect(CoinBalance.safeParse(-1).success).toBe(false)
})

describe('addCoins', () => {
  test('is exact or refuses, never rounds', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (left, right) => {
        const exact = BigInt(left) + BigInt(right)
        const isSafe = exact <= BigInt(MAX) && exact >= -BigInt(MAX)
        if (isSafe) expect(BigInt(addCoins(left, right))).toBe(exact)
        else expect(() => addCoins(left, right)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
      }),
    )
  })

  test.each([
    [MAX, 1],
    [1.5, 1],
    [Number.NaN, 1],
    [-MAX, -1],
  ])('refuses %s + %s', (left, right) => {
    expect(() => addCoins(left, right)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  })
})

test('multiplyCoins is exact or refuses, never rounds', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.oneof(fc.nat(1000), fc.maxSafeInteger()), (coins, units) => {
      const exact = BigInt(coins) * BigInt(units)
      const isSafe = exact <= BigInt(MAX) && exact >= -BigInt(MAX)
      if (isSafe) expect(BigInt(multiplyCoins(coins, units))).toBe(exact)
      else
        expect(() => multiplyCoins(coins, units)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
    }),
  )
})

test('spendable is what is not held, never below zero', () => {
  expect(spendable({ coins: 50, held: 20 })).toBe(30)
  expect(spendable({ coins: 5, held: 5 })).toBe(0)
  expect(spendable({ coins: 5, held: 8 })).toBe(0)
})

test.each([
  { before: 12, after: 9, threshold: 10, crosses: true },
  { before: 10, after: 9, threshold: 10, crosses: true },
  { before: 12, after: 10, threshold: 10, crosses: false },
  { before: 9, after: 8, threshold: 10, crosses: false },
  { before: 5, after: 0, threshold: 0, crosses: false },
  { before: 8, after: 12, threshold: 10, crosses: false },
])('low balance $before -> $after at $threshold: $crosses', ({ before, after, threshold, crosses }) => {
  expect(crossesLowBalance(before, after, threshold)).toBe(crosses)
})
