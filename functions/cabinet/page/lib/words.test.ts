import { expect, test } from 'vitest'
import { Problem } from '../api/problem.ts'
import { translatorFor } from '../texts/translator-for.testing.ts'
import { parseCoins } from './coins-input.ts'
import { fileNameIn } from './file-name.ts'
import { clockOf, formatsFor } from './format.ts'
import { cutAtHits } from './highlight.ts'
import { groupByDay, parseFilter } from './history.ts'
import { newKey } from './new-key.ts'
import { offersFor } from './packs.ts'
import { problemText } from './problem-text.ts'
import { sortZones, zoneNames, zoneOption } from './time-zones.ts'

/** Intl separates by spaces that do not break. */
const plain = (text: string): string => text.replaceAll(/\s/g, ' ')
const LATE = '2026-03-05T22:30:00Z'

test('numbers, money and times are written by the language, in the time zone', () => {
  const ru = formatsFor('ru', 'Asia/Yekaterinburg')
  const en = formatsFor('en', 'America/New_York')
  expect(plain(ru.number(1_234_567))).toBe('1 234 567')
  expect(en.number(1_234_567)).toBe('1,234,567')
  expect([ru.signed(-5), ru.signed(5)]).toEqual(['−5', '+5'])
  expect(plain(ru.price(9950, 'RUB'))).toBe('99,50 ₽')
  expect(en.price(9900, 'RUB')).toBe('₽99')
  expect(plain(ru.price(50, 'XTR'))).toBe('50 ⭐')
  expect(plain(ru.day(LATE))).toBe('6 марта 2026 г.')
  expect(en.day(LATE)).toBe('5 March 2026')
  expect([ru.time(LATE), en.time(LATE)]).toEqual(['03:30', '17:30'])
  expect(plain(ru.percent(0.12))).toBe('12 %')
  expect(plain(en.bytes(5 * 1024 * 1024))).toBe('5 MB')
  expect(formatsFor('en', 'Mars/Olympus').time(LATE)).toBe('22:30')
})

test.each([
  [0, '0:00'],
  [65.9, '1:05'],
  [3723, '1:02:03'],
  [-1, '0:00'],
])('%d seconds into a recording is %s', (seconds, clock) => {
  expect(clockOf(seconds)).toBe(clock)
})

test.each([
  ['100', 100],
  [' 1 000 ', 1000],
  ['1\u00a0000', 1000],
  ['0', 0],
  ['', undefined],
  ['-5', undefined],
  ['1.5', undefined],
  ['1e3', undefined],
  ['9999999999999', undefined],
  ['сто', undefined],
])('%j typed as coins is %s', (text, coins) => {
  expect(parseCoins(text)).toBe(coins)
})

test.each([
  ['attachment; filename="t.txt"; filename*=UTF-8\'\'%D0%9F%D0%BB%D0%B0%D0%BD.txt', 'План.txt'],
  ['attachment; filename="t.txt"', 't.txt'],
  ['attachment; filename="t.txt"; filename*=UTF-8\'\'%E0%A4%A', 't.txt'],
  ['attachment', 'otherwise'],
  [null, 'otherwise'],
])('%j names the file %s', (disposition, name) => {
  expect(fileNameIn(disposition, 'otherwise')).toBe(name)
})

test.each([
  ['nothing found', [], [['abcdef', false]]],
  [
    'in the middle',
    [{ start: 2, end: 4 }],
    [
      ['ab', false],
      ['cd', true],
      ['ef', false],
    ],
  ],
  [
    'overlapping, out of order, too long',
    [
      { start: 4, end: 99 },
      { start: 0, end: 2 },
      { start: 1, end: 3 },
    ],
    [
      ['ab', true],
      ['c', true],
      ['d', false],
      ['ef', true],
    ],
  ],
])('a text is cut where words were found: %s', (_name, hits, pieces) => {
  const cut = cutAtHits('abcdef', hits)
  expect(cut.map(({ text, isHit }) => [text, isHit])).toEqual(pieces)
  expect(cut.map(({ text }) => text).join('')).toBe('abcdef')
})

test('entries stand under their days, in their order', () => {
  const items = ['2026-03-05T10:00', '2026-03-05T09:00', '2026-03-04T23:00'].map((createdAt) => ({
    createdAt,
  }))
  const groups = groupByDay(items, (iso) => iso.slice(0, 10))
  expect(groups.map(({ day, items: entries }) => [day, entries.length])).toEqual([
    ['2026-03-05', 2],
    ['2026-03-04', 1],
  ])
  expect(groupByDay([], String)).toEqual([])
})

test('a filter that does not exist shows everything', () => {
  expect([parseFilter('top_up'), parseFilter('all'), parseFilter('constructor')]).toEqual([
    'top_up',
    'all',
    'all',
  ])
})

const pack = (id: string, coins: number, prices: Record<string, number>) => ({
  id,
  coins,
  prices,
  title: { ru: id, en: id },
})

test('a pack is on offer where it has a price, and its saving is never promised too high', () => {
  const packs = [
    pack('small', 100, { XTR: 50, RUB: 9900 }),
    pack('large', 1500, { XTR: 600 }),
    pack('odd', 301, { XTR: 150 }),
  ]
  expect(offersFor(packs, { id: 'stars', currency: 'XTR' }).map(({ saving }) => saving)).toEqual([0, 0.2, 0])
  expect(offersFor(packs, { id: 'telegram', currency: 'RUB' }).map((offer) => offer.pack.id)).toEqual([
    'small',
  ])
  expect(offersFor([], { id: 'stars', currency: 'XTR' })).toEqual([])
})

const saying = (
  status: number,
  code: ConstructorParameters<typeof Problem>[1]['code'],
  extra = {},
  after?: number,
) => problemText(translatorFor('en'), new Problem(status, { code, ...extra }, after))

test('every failure is told in words of its own, and never in those of the server', () => {
  expect(saying(402, 'insufficient_funds', { missing: 1 })).toContain('You need 1 coin more')
  expect(saying(403, 'forbidden', { limit: 'daily', left: 0 })).toContain('Nothing is left for today')
  expect(saying(429, 'rate_limited', {}, 30)).toContain('30 seconds')
  expect(saying(404, 'transcript_not_found')).toContain('no longer here')
  expect(saying(500, 'internal', { requestId: 'r-7' })).toContain('r-7')
  expect(problemText(translatorFor('en'), new TypeError('x is not a function'))).not.toContain('function')
  const codes = [
    'offline',
    'unavailable',
    'too_large',
    'unprocessable_media',
    'invalid_input',
    'conflict',
  ] as const
  const words = codes.map((code) => saying(code === 'offline' ? 0 : 400, code))
  expect(new Set(words).size).toBe(codes.length)
})

const CITIES = [{ zone: 'Europe/Moscow', ru: 'Москва', en: 'Moscow' }]

test('zones are named by cities in the language where they are known, and by their places else', () => {
  expect(zoneOption('Europe/Moscow', 'ru', CITIES)).toEqual({
    value: 'Europe/Moscow',
    label: 'Москва · GMT+3',
  })
  expect(zoneOption('America/Port_of_Spain', 'ru', CITIES).label).toBe('Port of Spain · GMT-4')
  expect(zoneOption('UTC', 'en', CITIES).label).toBe('UTC')
  expect(zoneOption('Mars/Olympus', 'en', CITIES).label).toBe('Olympus')
  expect(zoneNames()).toEqual(expect.arrayContaining(['UTC', 'Europe/Moscow']))
  const sorted = sortZones([zoneOption('UTC', 'en', []), zoneOption('Europe/Moscow', 'en', CITIES)], 'en')
  expect(sorted[0]?.value).toBe('Europe/Moscow')
})

test('keys are never the same twice', () => {
  const keys = Array.from({ length: 100 }, newKey)
  expect(new Set(keys).size).toBe(100)
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/)
})
