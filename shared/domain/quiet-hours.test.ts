import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { QuietHours, quietUntil, readQuietHours, wallClock, writeQuietHours } from './quiet-hours.ts'

const NIGHT = { from: '23:00', to: '08:00' }
const MINUTE_MS = 60_000

describe('as people write them', () => {
  test.each([
    ['23:00-8:00', '23:00-08:00'],
    ['23:00–08:00', '23:00-08:00'],
    ['23.30 — 7.15', '23:30-07:15'],
    ['с 23 до 8', '23:00-08:00'],
    ['From 11 pm to 8 am', '23:00-08:00'],
    ['11:30PM-7AM', '23:30-07:00'],
    ['12am to 6am', '00:00-06:00'],
    ['с 24:00 до 9', '00:00-09:00'],
    ['13:00 - 14:30', '13:00-14:30'],
  ])('%s', (typed, written) => {
    const hours = readQuietHours(typed)
    expect(hours && writeQuietHours(hours)).toBe(written)
  })

  test.each([
    '',
    'never',
    '23',
    '23:00',
    '8:00-8:00',
    '25:00-8:00',
    '23:60-8:00',
    '13pm-8am',
    '0am-8am',
    '23-8-10',
    '123-456',
    '1.5-3',
    'на 2 часа в обед, пожалуйста, а потом с 5',
    '23:00-8:00'.repeat(50),
  ])('not %j', (typed) => {
    expect(readQuietHours(typed)).toBeUndefined()
  })

  test('any text is answered, and what is read is written and read the same', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^\d{1,2}(:\d\d)? ?- ?\d{1,2}(:\d\d)?$/)),
        (typed) => {
          const hours = readQuietHours(typed)
          if (hours) expect(readQuietHours(writeQuietHours(hours))).toEqual(hours)
        },
      ),
    )
  })
})

test.each([
  [{ from: '8:00', to: '09:00' }],
  [{ from: '08:00', to: '24:00' }],
  [{ from: '08:00', to: '08:00' }],
  [{ from: '08:00' }],
  [{ from: '08:00', to: '09:00', also: 1 }],
  ['08:00-09:00'],
])('over HTTP %j is refused', (value) => {
  expect(QuietHours.safeParse(value).success).toBe(false)
})

describe('until when it is quiet', () => {
  const until = (zone: string, now: string, hours = NIGHT): string | undefined => {
    const ms = quietUntil(hours, zone, Date.parse(now))
    return ms === undefined ? undefined : new Date(ms).toISOString()
  }

  test.each([
    ['Europe/Moscow', '2026-11-27T20:00:00Z', '2026-11-28T05:00:00.000Z'],
    ['Europe/Moscow', '2026-11-28T04:59:59Z', '2026-11-28T05:00:00.000Z'],
    ['Europe/Moscow', '2026-11-28T05:00:00Z', undefined],
    ['Europe/Moscow', '2026-11-27T19:59:59Z', undefined],
    ['UTC', '2026-11-27T23:00:00Z', '2026-11-28T08:00:00.000Z'],
    ['Asia/Kathmandu', '2026-11-27T18:00:00Z', '2026-11-28T02:15:00.000Z'],
    // the clock is put forward in that night: eight hours of quiet, not nine
    ['Europe/Berlin', '2026-03-28T22:00:00Z', '2026-03-29T06:00:00.000Z'],
    // and back: ten
    ['Europe/Berlin', '2026-10-24T21:00:00Z', '2026-10-25T07:00:00.000Z'],
    ['America/New_York', '2026-11-01T04:00:00Z', '2026-11-01T13:00:00.000Z'],
  ])('%s at %s', (zone, now, end) => {
    expect(until(zone, now)).toBe(end)
  })

  test('an end that the clock leaves out is when it is put forward', () => {
    expect(until('Europe/Berlin', '2026-03-29T00:10:00Z', { from: '00:00', to: '02:30' })).toBe(
      '2026-03-29T01:00:00.000Z',
    )
  })

  test('an end that the clock shows twice is the first', () => {
    expect(until('Europe/Berlin', '2026-10-24T22:10:00Z', { from: '00:00', to: '02:30' })).toBe(
      '2026-10-25T00:30:00.000Z',
    )
  })

  test('who has none is never quiet', () => {
    expect(quietUntil(null, 'UTC', 0)).toBeUndefined()
  })

  const clockTimes = fc
    .tuple(fc.nat(23), fc.nat(59))
    .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'))

  test('the same as looking at the clock each minute', () => {
    const zones = [
      'Europe/Berlin',
      'Europe/Moscow',
      'Australia/Lord_Howe',
      'America/St_Johns',
      'Asia/Tehran',
      'UTC',
    ]
    const isQuiet = (ms: number, zone: string, { from, to }: { from: string; to: string }): boolean => {
      const clock = wallClock(ms, zone)
      return from < to ? clock >= from && clock < to : clock >= from || clock < to
    }
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        clockTimes,
        clockTimes,
        // around the days on which clocks change, and others
        fc.integer({ min: Date.parse('2026-03-01Z'), max: Date.parse('2026-11-10Z') }),
        (zone, from, to, now) => {
          fc.pre(from !== to)
          let ms = now
          if (isQuiet(now, zone, { from, to })) {
            ms = Math.floor(now / MINUTE_MS) * MINUTE_MS
            while (isQuiet(ms, zone, { from, to })) ms += MINUTE_MS
          }
          expect(quietUntil({ from, to }, zone, now)).toBe(ms === now ? undefined : ms)
        },
      ),
      { numRuns: 60 },
    )
  })
})
