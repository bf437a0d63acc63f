import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCanvas } from './canvas.ts'
import { GLYPHS, widthOf } from './glyphs.ts'
import { drawUsageChart, PALETTE, shortNumber } from './usage-chart.ts'

const BLUE = PALETTE[0].colour
const AMBER = PALETTE[1].colour

type Drawn = ReturnType<typeof drawUsageChart>

const colourAt = ({ width, pixels }: Drawn, x: number, y: number): number => {
  const at = (y * width + x) * 3
  return ((pixels[at] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at + 2] ?? 0)
}

/** How many pixels high a colour stands in a column. */
const heightOf = (drawn: Drawn, x: number, colour: number): number =>
  Array.from({ length: drawn.height }, (_, y) => colourAt(drawn, x, y)).filter((one) => one === colour).length

const MIDDLE_OF_TWO = [263, 605] as const

describe('columns', () => {
  test('are as high as their sums, one part on the other', () => {
    const drawn = drawUsageChart([
      {
        label: '05.10',
        parts: [
          { colour: BLUE, coins: 50 },
          { colour: AMBER, coins: 50 },
        ],
      },
      { label: '12.10', parts: [{ colour: BLUE, coins: 25 }] },
    ])
    const [left, right] = MIDDLE_OF_TWO
    const [blue, amber, half] = [
      heightOf(drawn, left, BLUE),
      heightOf(drawn, left, AMBER),
      heightOf(drawn, right, BLUE),
    ]
    expect(blue).toBeGreaterThan(100)
    expect(Math.abs(blue - amber)).toBeLessThanOrEqual(2)
    expect(Math.abs(blue - 2 * half)).toBeLessThanOrEqual(3)
  })

  test('of the smallest sum can still be seen beside a large one', () => {
    const drawn = drawUsageChart([
      { label: '05.10', parts: [{ colour: BLUE, coins: 1_000_000 }] },
      { label: '12.10', parts: [{ colour: BLUE, coins: 1 }] },
    ])
    const { width, height, pixels } = drawn
    const blue = Array.from({ length: width * height }, (_, index) => index).filter(
      (index) => index % width > 500 && pixels[index * 3] === 0x3b && pixels[index * 3 + 2] === 0xf6,
    )
    expect(blue.length).toBeGreaterThan(10)
  })

  test('none, empty ones and any sums make a picture of the same size', () => {
    const coins = fc.oneof(fc.nat(300), fc.nat(Number.MAX_SAFE_INTEGER))
    fc.assert(
      fc.property(fc.array(fc.array(coins, { maxLength: 7 }), { maxLength: 9 }), (weeks) => {
        const columns = weeks.map((sums, week) => ({
          label: `0${week}.10`,
          parts: sums.map((sum, index) => ({ colour: PALETTE[index]?.colour ?? 0, coins: sum })),
        }))
        const { width, height, pixels } = drawUsageChart(columns)
        expect([width, height, pixels.length]).toEqual([800, 450, 800 * 450 * 3])
      }),
      { numRuns: 10 },
    )
  })
})

test.each([
  [0, '0'],
  [999, '999'],
  [1_000, '1k'],
  [1_250, '1.2k'],
  [9_999, '9.9k'],
  [25_400, '25k'],
  [1_000_000, '1M'],
  [2_500_000, '2.5M'],
])('%i is written %s', (value, short) => {
  expect(shortNumber(value)).toBe(short)
})

describe('figures', () => {
  test.each(Object.keys(GLYPHS).filter((character) => character !== ' '))(
    '%s leaves ink, within its box',
    (character) => {
      const canvas = createCanvas(60, 60, 0xffffff)
      canvas.write(character, { x: 10, y: 50, height: 40 }, 0)
      const dark = Array.from({ length: 60 * 60 }, (_, index) => index).filter(
        (index) => (canvas.pixels[index * 3] ?? 255) < 80,
      )
      expect(dark.length).toBeGreaterThan(10)
      for (const index of dark) {
        expect(index % 60).toBeGreaterThanOrEqual(6)
        expect(index % 60).toBeLessThanOrEqual(10 + widthOf(character) * 40 + 4)
      }
    },
  )

  test('are all different, and a letter that there is not is refused', () => {
    const drawn = Object.keys(GLYPHS).map((character) => {
      const canvas = createCanvas(60, 60, 0xffffff)
      canvas.write(character, { x: 10, y: 50, height: 40 }, 0)
      return Buffer.from(canvas.pixels).toString('base64')
    })
    expect(new Set(drawn).size).toBe(drawn.length)
    expect(() => widthOf('ж')).toThrow(RangeError)
  })
})
