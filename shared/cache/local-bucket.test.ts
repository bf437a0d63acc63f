import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLocalBuckets } from './local-bucket.ts'

test('never lets through more than the burst and what has come back', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 100 }),
      fc.integer({ min: 1, max: 5 }),
      (gapsMs, burst) => {
        let nowMs = 0
        const buckets = createLocalBuckets({ tokens: 1, intervalMs: 200, burst }, () => nowMs)
        let taken = 0
        for (const gapMs of gapsMs) {
          nowMs += gapMs
          if (buckets.take('ann') === 0) taken += 1
        }
        expect(taken).toBeLessThanOrEqual(burst + Math.floor(nowMs / 200))
      },
    ),
  )
})

test('the wait it names is long enough and not too long', () => {
  let nowMs = 50
  const buckets = createLocalBuckets({ tokens: 1, intervalMs: 200, burst: 1 }, () => nowMs)
  expect(buckets.take('ann')).toBe(0)
  nowMs = 120
  expect(buckets.take('ann')).toBe(130)
  nowMs = 249
  expect(buckets.take('ann')).toBe(1)
  nowMs = 250
  expect(buckets.take('ann')).toBe(0)
})

test('forgets the key that was unused for longest', () => {
  const buckets = createLocalBuckets({ tokens: 1, intervalMs: 1000, burst: 1 }, () => 0, 2)
  expect([buckets.take('ann'), buckets.take('bob'), buckets.take('ann')]).toEqual([0, 0, 1000])
  expect(buckets.take('cid')).toBe(0)
  expect(buckets.take('ann')).toBe(1000)
  expect(buckets.take('bob')).toBe(0)
})

test('a clock that steps back takes nothing away', () => {
  let nowMs = 10_000
  const buckets = createLocalBuckets({ tokens: 1, intervalMs: 1000, burst: 2 }, () => nowMs)
  expect(buckets.take('ann')).toBe(0)
  nowMs = 0
  expect(buckets.take('ann')).toBe(0)
})
