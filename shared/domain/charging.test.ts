import { expect, test } from 'vitest'
import { freeCoins, refuseSpending, tellsLowBalance } from './charging.ts'

const purse = (over: Partial<Parameters<typeof refuseSpending>[0]> = {}) => ({
  coins: 100,
  held: 0,
  debt: 0,
  spentToday: 0,
  ...over,
})
const noLimit = { dailyLimit: null }

test.each([
  [{}, 100],
  [{ held: 30 }, 70],
  [{ held: 100 }, 0],
  [{ held: 90, debt: 10 }, 0],
  [{ debt: 200 }, 0],
])('free of %j: %d', (over, free) => {
  expect(freeCoins(purse(over))).toBe(free)
})

test.each([
  [{}, 100, undefined],
  [{}, 101, { price: 101, missing: 1 }],
  [{ held: 40 }, 60, undefined],
  [{ held: 40 }, 61, { price: 61, missing: 1 }],
  [{ coins: 0 }, 5, { price: 5, missing: 5 }],
])('of %j, %d coins: %j', (over, coins, extra) => {
  const refusal = refuseSpending(purse(over), coins, noLimit)
  expect(refusal?.extra).toEqual(extra)
  expect(refusal?.code).toBe(extra && 'insufficient_funds')
})

test('a debt comes first: what is missing includes it, and it is named', () => {
  const refusal = refuseSpending(purse({ coins: 0, debt: 30 }), 5, noLimit)
  expect(refusal).toMatchObject({ code: 'insufficient_funds', extra: { price: 5, missing: 35, debt: 30 } })
})

test.each([
  [{ spentToday: 20 }, 30, 10, undefined],
  [{ spentToday: 20 }, 30, 11, 10],
  [{ spentToday: 50 }, 30, 1, 0],
  [{}, 0, 1, 0],
])('the daily limit: %j of %d, %d coins', (over, dailyLimit, coins, left) => {
  const refusal = refuseSpending(purse(over), coins, { dailyLimit })
  expect(refusal?.code).toBe(left === undefined ? undefined : 'forbidden')
  if (left !== undefined) expect(refusal?.extra).toEqual({ limit: 'daily', left })
})

test.each([
  [10, 9, true],
  [9, 8, false],
  [12, 10, false],
  [11, 0, true],
])('from %d to %d with a threshold of 10: told %s', (before, after, told) => {
  expect(tellsLowBalance({ before, after }, { lowBalance: true, lowBalanceThreshold: 10 })).toBe(told)
  expect(tellsLowBalance({ before, after }, { lowBalance: false, lowBalanceThreshold: 10 })).toBe(false)
})
