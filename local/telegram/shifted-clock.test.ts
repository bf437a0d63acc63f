import { expect, test } from 'vitest'
import { createShiftedClock } from './shifted-clock.ts'
import { createVirtualClock } from './virtual-clock.ts'

test('what happens after the time is put back is old when it is right again', async () => {
  const base = createVirtualClock()
  const clock = createShiftedClock(base)
  let rang = 0
  clock.advance(-90_000_000)
  const then = clock.now()
  clock.setTimeout(() => {
    rang += 1
  }, 86_400_000)
  await base.advance(1000)
  expect(rang).toBe(0)
  clock.advance(90_000_000)
  await base.advance(0)
  expect([rang, clock.now() - then]).toEqual([1, 90_001_000])
})

test('time that is put forward runs what falls due, in order, once, and leaves the rest', async () => {
  const base = createVirtualClock()
  const clock = createShiftedClock(base)
  const ran: string[] = []
  const startMs = clock.now()
  clock.setTimeout(() => ran.push('an hour'), 3_600_000)
  clock.setTimeout(() => ran.push('a minute'), 60_000)
  clock.setTimeout(() => ran.push('a day'), 86_400_000)
  clock.setTimeout(() => ran.push('never'), 30_000)()
  clock.advance(7_200_000)
  await base.advance(0)
  expect(ran).toEqual(['a minute', 'an hour'])
  expect(clock.now() - startMs).toBe(7_200_000)
  await base.advance(86_400_000 - 7_200_000)
  expect(ran).toEqual(['a minute', 'an hour', 'a day'])
  clock.advance(86_400_000)
  await base.advance(0)
  expect(ran).toHaveLength(3)
})
