import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { findPack, parseTariff, priceOf, serviceTitle } from './tariff.ts'

const yaml = readFileSync(new URL('../../tariff.yml', import.meta.url), 'utf8')
const tariff = parseTariff(parse(yaml))
const priceVersion = tariff.version

/** The committed file with one piece of its text replaced. */
const edited = (from: string, to: string): unknown => {
  expect(yaml).toContain(from)
  return parse(yaml.replace(from, to))
}

test('the committed tariff.yml is sound and carries the defaults of the design', () => {
  expect(tariff.welcomeBonus).toBe(50)
  expect(tariff.rateLimits).toEqual({
    chat: { perSecond: 5, burst: 30 },
    client: { perSecond: 500, burst: 1000 },
    uploads: { perMinute: 20 },
    invoices: { perMinute: 30 },
    notifications: { perSecond: 20, burst: 200 },
    logins: { perMinute: 20 },
    visits: { perSecond: 10, burst: 60 },
  })
  expect(tariff.holds).toEqual({ defaultSeconds: 3600, maxSeconds: 604_800 })
  expect(tariff.packs.map(({ id, coins, prices }) => [id, coins, prices.XTR])).toEqual([
    ['small', 100, 50],
    ['medium', 500, 225],
    ['large', 1500, 600],
  ])
})

test('bigger packs cost less a coin', () => {
  const perCoin = tariff.packs.map(({ coins, prices }) => [
    (prices.XTR ?? 0) / coins,
    (prices.RUB ?? 0) / coins,
  ])
  expect(perCoin).toEqual(perCoin.toSorted((left, right) => (right[0] ?? 0) - (left[0] ?? 0)))
  expect(perCoin).toEqual(perCoin.toSorted((left, right) => (right[1] ?? 0) - (left[1] ?? 0)))
})

describe('parseTariff says where and what to do', () => {
  test.each([
    ['version: "2026-1"', 'version: 2026', 'version: must be text: write it in quotes'],
    ['  graceDays: 7', '  graceDays: -1', 'deletion.graceDays'],
    ['  graceDays: 7', '  graceDays: 91', 'deletion.graceDays'],
    [
      'terms:\n  version: "2026-1"',
      'terms:\n  version: 1',
      'terms.version: must be text: write it in quotes',
    ],
    ['welcomeBonus: 50', '', 'welcomeBonus: is missing: add it (a whole number)'],
    ['welcomeBonus: 50', 'welcomeBonus: many', 'welcomeBonus: must be a whole number of coins'],
    ['welcomeBonus: 50', 'welcomeBonus: -1', 'welcomeBonus: must not be negative'],
    ['welcomeBonus: 50', 'welcomeBonus: 50\nbonus: 5', 'the file: has unknown keys: bonus: remove them'],
    ['unit: image', 'unit: bucket', 'services.image.unit: must be one of: use, 1000 characters'],
    ['unit: image', '', 'services.image.unit: is missing: add it; it must be one of: use'],
    ['title: { ru: Картинка, en: Image }', '', 'services.image.title: is missing: add it (a group of keys)'],
    [
      '  image:\n    coins: 20',
      '  Image:\n    coins: 20',
      'services.Image: must be 1..40 small Latin letters',
    ],
    ['  avatar:', '  portrait:', 'services.avatar: is missing: add it, a function charges by it'],
    ['coins: 20', 'coins: 0', 'services.image.coins: must be at least 1 coin'],
    ['coins: 20', 'coins: 1.5', 'services.image.coins: must be a whole number of coins'],
    ['ru: Картинка, ', '', 'services.image.title.ru: is missing: add it (text)'],
    ['id: medium', 'id: small', 'packs[1].id: is taken by packs[0]: give each pack its own id'],
    ['id: medium', 'id: Medium!', 'packs[1].id: must be 1..32 small Latin letters'],
    ['{ XTR: 50, RUB: 9900 }', '{}', 'packs[0].prices: needs a price'],
    ['{ XTR: 50, RUB: 9900 }', '{ XTR: 10001 }', 'packs[0].prices.XTR: is too big: at most 10000 is allowed'],
    ['{ XTR: 50, RUB: 9900 }', '{ RUB: 99 }', 'packs[0].prices.RUB: is too small: at least 100 is needed'],
    ['{ XTR: 50, RUB: 9900 }', '{ usd: 1 }', 'packs[0].prices.usd: is no currency'],
    ['{ XTR: 50, RUB: 9900 }', '{ USD: 0 }', 'packs[0].prices.USD: is too small: at least 1 is needed'],
    ['{ XTR: 50, RUB: 9900 }', '{ USD: 1.5 }', 'packs[0].prices.USD: must be a whole number'],
    ['days: 14', 'days: two weeks', 'refunds.days: must be a whole number'],
    ['unspentOnly: true', 'unspentOnly: maybe', 'refunds.unspentOnly: must be true or false'],
    ['burst: 30', 'burst: 3', 'rateLimits.chat.burst: is below perSecond: raise it'],
    ['maxSeconds: 604800', 'maxSeconds: 604801', 'holds.maxSeconds: is too big'],
    [
      'defaultSeconds: 3600\n  maxSeconds: 604800',
      'defaultSeconds: 3600\n  maxSeconds: 60',
      'holds.defaultSeconds: is above',
    ],
    [
      'expiresInSeconds: 86400',
      'expiresInSeconds: 5',
      'invoices.expiresInSeconds: is too small: at least 60',
    ],
  ])('%j -> %j', (from, to, problem) => {
    expect(() => parseTariff(edited(from, to))).toThrow(problem)
  })

  test('all problems at once, a line each', () => {
    const data = parse(
      yaml.replace('coins: 20', 'coins: 0').replace('days: 14', 'days: -1').replace('burst: 30', 'burst: 3'),
    )
    expect(() => parseTariff(data)).toThrow(
      [
        '3 to correct in the tariff:',
        '  services.image.coins: must be at least 1 coin',
        '  refunds.days: is too small: at least 0 is needed',
        '  rateLimits.chat.burst: is below perSecond: raise it',
      ].join('\n'),
    )
  })

  test.each([null, undefined, [], 'text', 5])('no tariff at all: %j', (data) => {
    expect(() => parseTariff(data)).toThrow('the file: ')
  })

  test('an own unit needs its name in both languages', () => {
    expect(
      parseTariff(edited('unit: image', 'unit: { ru: за страницу, en: a page }')).services.image?.unit,
    ).toEqual({
      ru: 'за страницу',
      en: 'a page',
    })
    expect(() => parseTariff(edited('unit: image', 'unit: { ru: за страницу }'))).toThrow(
      'services.image.unit',
    )
  })
})

describe('priceOf', () => {
  test('multiplies units and names the price version', () => {
    expect(priceOf(tariff, 'avatar')).toEqual({ coins: 10, priceVersion })
    expect(priceOf(tariff, 'image', 3)).toEqual({ coins: 60, priceVersion })
  })

  test.each(['nothing', '', 'constructor', '__proto__'])(
    'unknown service %j: names the known ones',
    (service) => {
      expect(() => priceOf(tariff, service)).toThrow(
        expect.objectContaining({
          code: 'invalid_input',
          detail: 'The service is unknown; known are: avatar, transcript, recording, message, image.',
        }),
      )
    },
  )

  test.each([0, -1, 1.5, Number.NaN, Number.MAX_SAFE_INTEGER])('refuses %s units', (units) => {
    expect(() => priceOf(tariff, 'avatar', units)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  })
})

test('findPack', () => {
  expect(findPack(tariff, 'medium').coins).toBe(500)
  expect(() => findPack(tariff, 'huge')).toThrow(
    expect.objectContaining({
      code: 'pack_not_found',
      detail: expect.stringContaining('small, medium, large'),
    }),
  )
})

test('serviceTitle speaks the language, and calls a service that is gone by its name', () => {
  expect(serviceTitle(tariff, 'avatar', 'ru')).toBe('Аватар')
  expect(serviceTitle(tariff, 'avatar', 'en')).toBe('Avatar')
  expect(serviceTitle(tariff, 'retired', 'ru')).toBe('retired')
  expect(serviceTitle(tariff, 'constructor', 'ru')).toBe('constructor')
})
