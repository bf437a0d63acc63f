import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  firstCrop,
  largestSide,
  moveCrop,
  outputSide,
  resizeCrop,
  sideForZoom,
  smallestSide,
  zoomOf,
} from './crop.ts'

const TALL = { width: 600, height: 900 }

test('begins with the largest square, of a tall picture above its middle', () => {
  expect(firstCrop(TALL)).toEqual({ x: 0, y: 100, side: 600 })
  expect(firstCrop({ width: 900, height: 600 })).toEqual({ x: 150, y: 0, side: 600 })
})

test('moves by the pixels of the picture and stops at its edges', () => {
  const crop = firstCrop(TALL)
  expect(moveCrop(crop, TALL, { x: 0, y: 50 })).toEqual({ x: 0, y: 150, side: 600 })
  expect(moveCrop(crop, TALL, { x: -10, y: 10_000 })).toEqual({ x: 0, y: 300, side: 600 })
})

test('grows and shrinks around its middle', () => {
  const crop = resizeCrop(firstCrop(TALL), TALL, 200)
  expect(crop).toEqual({ x: 200, y: 300, side: 200 })
  expect(resizeCrop(crop, TALL, 600)).toEqual(firstCrop(TALL))
})

const size = fc.record({
  width: fc.integer({ min: 1, max: 16_000 }),
  height: fc.integer({ min: 1, max: 16_000 }),
})
const step = fc.oneof(
  fc.record({
    x: fc.double({ min: -20_000, max: 20_000, noNaN: true }),
    y: fc.double({ min: -20_000, max: 20_000, noNaN: true }),
  }),
  fc.double({ min: 0, max: 40_000, noNaN: true }),
)

test('whatever is done with it, the square lies within the picture and is neither too small nor too large', () => {
  fc.assert(
    fc.property(size, fc.array(step, { maxLength: 20 }), (picture, steps) => {
      let crop = firstCrop(picture)
      for (const one of steps) {
        crop = typeof one === 'number' ? resizeCrop(crop, picture, one) : moveCrop(crop, picture, one)
        expect(crop.x).toBeGreaterThanOrEqual(0)
        expect(crop.y).toBeGreaterThanOrEqual(0)
        expect(crop.x + crop.side).toBeLessThanOrEqual(picture.width + 1e-6)
        expect(crop.y + crop.side).toBeLessThanOrEqual(picture.height + 1e-6)
        expect(crop.side).toBeGreaterThanOrEqual(smallestSide(picture) - 1e-6)
        expect(outputSide(crop)).toBeLessThanOrEqual(1024)
      }
    }),
  )
})

test('the slider and the square tell the same', () => {
  for (const zoom of [0, 0.25, 0.5, 1]) {
    const crop = resizeCrop(firstCrop(TALL), TALL, sideForZoom(zoom, TALL))
    expect(zoomOf(crop, TALL)).toBeCloseTo(zoom, 6)
  }
  expect(sideForZoom(0, TALL)).toBe(largestSide(TALL))
  // too small to be looked at more closely
  const tiny = { width: 40, height: 50 }
  expect(smallestSide(tiny)).toBe(40)
  expect(zoomOf(firstCrop(tiny), tiny)).toBe(0)
})
