import { describe, expect, test } from 'vitest'
import { TimeZone } from './settings.ts'
import { CITIES } from './time-zone-cities.ts'
import { citiesFor, findTimeZones, zoneTitle } from './time-zones.ts'

const NOON_IN_LONDON = Date.parse('2026-01-15T12:00:00Z')
const IN_SUMMER = Date.parse('2026-07-15T12:00:00Z')

test('every city has a zone that a setting takes, each zone once, and fits a button', () => {
  for (const { zone, ru, en } of CITIES) {
    expect(TimeZone.safeParse(zone).success, zone).toBe(true)
    expect(Math.max(ru.length, en.length)).toBeLessThan(24)
    expect(ru, zone).toMatch(zone === 'UTC' ? /^UTC$/ : /\p{Script=Cyrillic}/u)
    expect(en, zone).not.toMatch(/\p{Script=Cyrillic}/u)
  }
  expect(new Set(CITIES.map(({ zone }) => zone)).size).toBe(CITIES.length)
})

test('each language begins with its own places, and leaves none out', () => {
  expect([citiesFor('ru')[0]?.zone, citiesFor('en')[1]?.zone]).toEqual([
    'Europe/Kaliningrad',
    'Europe/London',
  ])
  expect(new Set(citiesFor('en'))).toEqual(new Set(CITIES))
})

test.each([
  ['Europe/Moscow', 'Москва', 'Moscow'],
  ['America/Argentina/Ushuaia', 'Ushuaia', 'Ushuaia'],
  ['America/Port_of_Spain', 'Port of Spain', 'Port of Spain'],
  ['UTC', 'UTC', 'UTC'],
])('%s is called', (zone, ru, en) => {
  expect([zoneTitle(zone, 'ru'), zoneTitle(zone, 'en')]).toEqual([ru, en])
})

describe('what people type', () => {
  test.each([
    ['Москва', ['Europe/Moscow']],
    [' москва ', ['Europe/Moscow']],
    ['Moscow', ['Europe/Moscow']],
    ['Питер', ['Europe/Moscow']],
    ['Санкт Петербург', ['Europe/Moscow']],
    ['кишинев', ['Europe/Chisinau']],
    ['Sao Paulo', ['America/Sao_Paulo']],
    ['Europe/Moscow', ['Europe/Moscow']],
    ['europe/moscow', ['Europe/Moscow']],
    ['America/Port_of_Spain', ['America/Port_of_Spain']],
    ['Ushuaia', ['America/Argentina/Ushuaia']],
    ['Новосиб', ['Asia/Novosibirsk']],
    ['UTC', ['UTC']],
  ])('%j', (words, zones) => {
    expect(findTimeZones(words, NOON_IN_LONDON)).toEqual(zones)
  })

  test.each([
    ['15:03', ['Europe/Moscow', 'Europe/Minsk', 'Europe/Istanbul']],
    ['3.00 pm', ['Europe/Moscow', 'Europe/Minsk', 'Europe/Istanbul']],
    ['UTC+3', ['Europe/Moscow', 'Europe/Minsk', 'Europe/Istanbul']],
    ['+3', ['Europe/Moscow', 'Europe/Minsk', 'Europe/Istanbul']],
    ['МСК+4', ['Asia/Novosibirsk', 'Asia/Krasnoyarsk', 'Asia/Bangkok', 'Asia/Ho_Chi_Minh']],
    ['+05:30', ['Asia/Kolkata']],
  ])('%j leaves a choice', (words, zones) => {
    expect(findTimeZones(words, NOON_IN_LONDON)).toEqual(zones)
  })

  test('a distance that no city here has still finds places', () => {
    expect(findTimeZones('utc-10', NOON_IN_LONDON)).toContain('Pacific/Honolulu')
  })

  test('goes by the clock of the season', () => {
    expect(findTimeZones('UTC+1', NOON_IN_LONDON)).toContain('Europe/Berlin')
    expect(findTimeZones('UTC+1', IN_SUMMER)).toContain('Europe/London')
    expect(findTimeZones('UTC+1', IN_SUMMER)).not.toContain('Europe/Berlin')
  })

  test('only places that a setting takes', () => {
    for (const words of [
      'a',
      'europe',
      'америка',
      '00:00',
      '+5:45',
      '-11',
      '+14',
      'etc',
      'EST',
      'gmt',
      'zulu',
    ])
      for (const zone of findTimeZones(words, NOON_IN_LONDON))
        expect(TimeZone.safeParse(zone).success, `${words}: ${zone}`).toBe(true)
  })

  test.each(['', 'x', 'Нарния', '25:00', '+99', '12:75', '../../etc/passwd', "'; drop table users"])(
    'nothing for %j',
    (words) => {
      expect(findTimeZones(words, NOON_IN_LONDON)).toEqual([])
    },
  )
})
