import { expect, test } from 'vitest'
import type { UsageWeek } from '../api/types.ts'
import { layoutChart, roundUp, seriesOf } from './chart.ts'

const week = (from: string, spent: Record<string, number>): UsageWeek => ({
  from,
  services: Object.entries(spent).map(([service, coins]) => ({
    service: service === 'none' ? null : service,
    title: service,
    uses: 1,
    coins,
  })),
})
const SIZE = { width: 400, height: 100 }

test('the services that took most come first; what has no colour of its own stands together', () => {
  const weeks = [week('1', { a: 1, b: 20, c: 3 }), week('2', { a: 30, d: 4, e: 5, f: 0 })]
  expect(seriesOf(weeks, 'Other')).toEqual([
    { service: 'a', title: 'a', coins: 31 },
    { service: 'b', title: 'b', coins: 20 },
    { service: 'e', title: 'e', coins: 5 },
    { service: null, title: 'Other', coins: 7 },
  ])
})

test('four services have a colour each, and fewer beside charges without a service', () => {
  const four = { a: 4, b: 3, c: 2, d: 1 }
  expect(seriesOf([week('1', four)], 'Other').map(({ title }) => title)).toEqual(['a', 'b', 'c', 'd'])
  expect(
    seriesOf([week('1', { ...four, none: 9 })], 'Other').map(({ title, coins }) => [title, coins]),
  ).toEqual([
    ['a', 4],
    ['b', 3],
    ['c', 2],
    ['Other', 10],
  ])
})

test('every coin is drawn, from the ground up, within the drawing', () => {
  const weeks = [week('1', { a: 10, b: 20 }), week('2', {}), week('3', { a: 1, c: 2, d: 3, e: 4, none: 5 })]
  const { bars, top } = layoutChart(weeks, 'Other', SIZE)
  expect(top).toBe(50)
  expect(bars.map(({ coins }) => coins)).toEqual([30, 0, 15])
  for (const { segments, coins, x, width } of bars) {
    expect(segments.reduce((sum, one) => sum + one.coins, 0)).toBe(coins)
    expect(segments.reduce((sum, { height }) => sum + height, 0)).toBeCloseTo((coins / top) * SIZE.height)
    const ends = segments.map(({ y, height }) => [y, y + height])
    for (const [index, [, end]] of ends.entries())
      expect(end).toBeCloseTo(ends[index - 1]?.[0] ?? SIZE.height)
    expect(x).toBeGreaterThanOrEqual(0)
    expect(x + width).toBeLessThanOrEqual(SIZE.width)
  }
})

test('no weeks, and weeks without coins, draw nothing and divide by nothing', () => {
  expect(layoutChart([], 'Other', SIZE)).toMatchObject({ series: [], bars: [], top: 1 })
  const { bars, ticks } = layoutChart([week('1', { a: 0 })], 'Other', SIZE)
  expect(bars[0]?.segments).toEqual([])
  // no half coins beside the drawing
  expect(ticks.map(({ value }) => value)).toEqual([0, 1])
})

test.each([
  [0, 1],
  [1, 1],
  [3, 5],
  [10, 10],
  [11, 20],
  [149, 200],
  [5001, 10_000],
])('%d is rounded up to %d', (value, rounded) => {
  expect(roundUp(value)).toBe(rounded)
})
