import { expect, it } from 'vitest'
import { onceIn } from './once-in.ts'

it('says yes once in the time, for each person', () => {
  const isTime = onceIn(1_000)
  expect(isTime(1, 5_000)).toBe(true)
  expect(isTime(1, 5_999)).toBe(false)
  expect(isTime(2, 5_999)).toBe(true)
  expect(isTime(1, 6_000)).toBe(true)
})

it('forgets when it would keep more than ten thousand people', () => {
  const isTime = onceIn(1_000)
  for (let person = 1; person <= 10_000; person += 1) isTime(person, 0)
  expect(isTime(1, 1)).toBe(false)
  expect(isTime(10_001, 1)).toBe(true)
  expect(isTime(1, 1)).toBe(true)
})
