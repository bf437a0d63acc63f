import { createHmac, generateKeyPairSync, randomBytes, sign as signBytes } from 'node:crypto'
import { isValid, isValid3rd, sign as signByOracle } from '@tma.js/init-data-node'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TELEGRAM_KEYS, verifyInitData, verifyInitDataForThirdParty } from './init-data.ts'

const TOKEN = `1234567:${'A'.repeat(35)}`
const DAY = 24 * 60 * 60
const nowSeconds = Math.floor(Date.now() / 1000)
const by = { token: TOKEN, nowSeconds, maxAgeSeconds: DAY }

type Pairs = [string, string][]

const hashOf = (pairs: Pairs, token = TOKEN): string => {
  const lines = pairs.map(([name, value]) => `${name}=${value}`).sort()
  const key = createHmac('sha256', 'WebAppData').update(token).digest()
  return createHmac('sha256', key).update(lines.join('\n')).digest('hex')
}
const signed = (pairs: Pairs, token = TOKEN): string =>
  new URLSearchParams([...pairs, ['hash', hashOf(pairs, token)]]).toString()

const USER = JSON.stringify({ id: 7, first_name: 'Анна', username: 'anna', language_code: 'ru' })
const FIELDS: Pairs = [
  ['query_id', 'AAHdF6IQAAAAAN0XohDhrOrc'],
  ['user', USER],
  ['auth_date', String(nowSeconds)],
]
const without = (name: string): Pairs => FIELDS.filter(([one]) => one !== name)
const problemOf = (text: string, over: Partial<typeof by> = {}): string | undefined => {
  const outcome = verifyInitData(text, { ...by, ...over })
  return 'problem' in outcome ? outcome.problem : undefined
}

describe('initData of our bot', () => {
  test('tells who opened the Mini App, and when', () => {
    expect(verifyInitData(signed(FIELDS), by)).toEqual({
      user: { id: 7, first_name: 'Анна', username: 'anna', language_code: 'ru' },
      authDate: nowSeconds,
    })
  })

  test.each<[string, string]>([
    ['fields in another order', signed([...FIELDS].reverse())],
    ['no query_id', signed(without('query_id'))],
    ['an unknown field, signed', signed([...FIELDS, ['novelty', 'a=b&c\nd']])],
    [
      "Telegram's own signature among the fields, signed too",
      signed([...FIELDS, ['signature', 'x'.repeat(86)]]),
    ],
    ['a clock 29 s ahead', signed([...without('auth_date'), ['auth_date', String(nowSeconds + 29)]])],
    ['just young enough', signed([...without('auth_date'), ['auth_date', String(nowSeconds - DAY)]])],
    ['blanks as %20', signed(FIELDS).replaceAll('+', '%20')],
  ])('is taken: %s', (_name, text) => {
    expect(problemOf(text)).toBeUndefined()
  })

  const good = signed(FIELDS)
  test.each<[string, string, string]>([
    ['nothing', '', 'unsigned'],
    ['no hash', new URLSearchParams(FIELDS).toString(), 'unsigned'],
    ['an empty hash', `${new URLSearchParams(FIELDS)}&hash=`, 'unsigned'],
    ['a hash in capitals', good.replace(/[0-9a-f]{64}$/, (hash) => hash.toUpperCase()), 'unsigned'],
    ['a hash that is too long', `${good}0`, 'unsigned'],
    ['another hash', good.replace(/[0-9a-f]{64}$/, 'f'.repeat(64)), 'forged'],
    ["another bot's token", signed(FIELDS, `7654321:${'B'.repeat(35)}`), 'forged'],
    ['a right hash, twice', `${good}&hash=${hashOf(FIELDS)}`, 'malformed'],
    ['a wrong hash before the right one', `hash=${'0'.repeat(64)}&${good}`, 'malformed'],
    ['a field twice, signed', signed([...FIELDS, ['user', USER]]), 'malformed'],
    ['a field added', `${good}&novelty=1`, 'forged'],
    ['a field removed', good.replace(/query_id=[^&]+&/, ''), 'forged'],
    ['another person', good.replace('%22id%22%3A7', '%22id%22%3A8'), 'forged'],
    ['no auth_date', signed(without('auth_date')), 'undated'],
    ['an auth_date that is no number', signed([...without('auth_date'), ['auth_date', '12x']]), 'undated'],
    ['an auth_date before 1970', signed([...without('auth_date'), ['auth_date', '-5']]), 'undated'],
    [
      'an auth_date in the future',
      signed([...without('auth_date'), ['auth_date', String(nowSeconds + 31)]]),
      'early',
    ],
    [
      'a day and a second old',
      signed([...without('auth_date'), ['auth_date', String(nowSeconds - DAY - 1)]]),
      'expired',
    ],
    ['no person', signed(without('user')), 'nobody'],
    ['a person that is no JSON', signed([...without('user'), ['user', '{']]), 'nobody'],
    ['a person without an id', signed([...without('user'), ['user', '{"first_name":"A"}']]), 'nobody'],
    ['an id that is text', signed([...without('user'), ['user', '{"id":"7","first_name":"A"}']]), 'nobody'],
    ['a bot', signed([...without('user'), ['user', '{"id":7,"first_name":"A","is_bot":true}']]), 'nobody'],
    ['endless', `${good}&${'a'.repeat(20_000)}=1`, 'malformed'],
  ])('is refused: %s', (_name, text, problem) => {
    expect(problemOf(text)).toBe(problem)
  })
})

const RUNS = 1_000
// another one each time; the name of the test tells it
const seed = randomBytes(4).readInt32BE()

const name = fc
  .stringMatching(/^[a-z][a-z_]{0,20}$/)
  .filter((one) => !['hash', 'auth_date', 'user'].includes(one))
const value = fc.string({ unit: 'grapheme', maxLength: 60 })
const person = fc.record(
  {
    id: fc.integer({ min: 1, max: 2 ** 52 }),
    first_name: fc.string({ unit: 'grapheme', maxLength: 64 }),
    last_name: fc.string({ unit: 'grapheme', maxLength: 64 }),
    username: fc.stringMatching(/^\w{1,32}$/),
    language_code: fc.constantFrom('ru', 'en', 'pt-br'),
    is_premium: fc.boolean(),
    allows_write_to_pm: fc.boolean(),
  },
  { requiredKeys: ['id', 'first_name'] },
)
/** What is done to good initData; `as-is` leaves it good. */
const change = fc.constantFrom(
  'as-is',
  'shuffle',
  'other-token',
  'drop-hash',
  'capital-hash',
  'flip-hash',
  'add-field',
  'drop-field',
  'change-value',
  'drop-date',
  'old',
  'just-old-enough',
)

const altered = (kind: string, pairs: Pairs, at: number): string => {
  const others = pairs.filter(([one]) => one !== 'auth_date')
  const dated = (date: number): Pairs => [...others, ['auth_date', String(date)]]
  const text = signed(pairs)
  switch (kind) {
    case 'shuffle':
      return signed([...pairs.slice(at), ...pairs.slice(0, at)])
    case 'other-token':
      return signed(pairs, `7654321:${'B'.repeat(35)}`)
    case 'drop-hash':
      return new URLSearchParams(pairs).toString()
    case 'capital-hash':
      return text.replace(/[0-9a-f]{64}$/, (hash) => hash.toUpperCase())
    case 'flip-hash':
      return text.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
    case 'add-field':
      return `zzz_added=1&${text}`
    case 'drop-field':
      return new URLSearchParams([
        ...pairs.filter((_, index) => index !== at),
        ['hash', hashOf(pairs)],
      ]).toString()
    case 'change-value':
      return new URLSearchParams([
        ...pairs.map(([one, of], index): [string, string] => [one, index === at ? `${of}x` : of]),
        ['hash', hashOf(pairs)],
      ]).toString()
    case 'drop-date':
      return signed(others)
    case 'old':
      return signed(dated(nowSeconds - DAY - 60))
    case 'just-old-enough':
      return signed(dated(nowSeconds - DAY + 60))
    default:
      return text
  }
}

describe(`beside @tma.js/init-data-node, seed ${seed}`, () => {
  test(`${RUNS} random cases, good and bad: both say the same`, () => {
    const seen = { good: 0, bad: 0 }
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, value), { selector: ([one]) => one, maxLength: 6 }),
        person,
        change,
        fc.nat(7),
        (more, user, kind, place) => {
          const pairs: Pairs = [...more, ['user', JSON.stringify(user)], ['auth_date', String(nowSeconds)]]
          const text = altered(kind, pairs, place % pairs.length)
          const ours = problemOf(text) === undefined
          expect(ours).toBe(isValid(text, TOKEN, { expiresIn: DAY }))
          seen[ours ? 'good' : 'bad'] += 1
        },
      ),
      { numRuns: RUNS, seed },
    )
    // the comparison says something of both kinds
    expect(Math.min(seen.good, seen.bad)).toBeGreaterThan(RUNS / 10)
  })

  test('what the other one signs is taken', () => {
    const user = { id: 42, first_name: 'Ёж 🦔', is_premium: true, language_code: 'ru' }
    const text = signByOracle({ query_id: 'AA1', user, start_param: 'a b+c' }, TOKEN, new Date())
    expect(verifyInitData(text, by)).toMatchObject({ user: { id: 42, first_name: 'Ёж 🦔' } })
  })

  // Known differences, ours being the stricter: a field twice (it takes the last hash), auth_date in the future, nobody named.
  test.each([
    ['a hash twice, the last one right', `hash=${'0'.repeat(64)}&${signed(FIELDS)}`],
    ['a field twice, signed', signed([...FIELDS, ['user', USER]])],
    ['tomorrow', signed([...without('auth_date'), ['auth_date', String(nowSeconds + DAY)]])],
    ['nobody', signed(without('user'))],
  ])('it takes what we refuse: %s', (_name, text) => {
    expect([isValid(text, TOKEN), problemOf(text) === undefined]).toEqual([true, false])
  })
})

describe('for third parties', () => {
  // published with the documentation of the library above, signed by Telegram itself
  const REAL =
    'user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22Vladislav%20%2B%20-%20%3F%20%5C%2F%22%2C%22last_name%22%3A%22Kibenko%22%2C%22username%22%3A%22vdkfrost%22%2C%22language_code%22%3A%22ru%22%2C%22is_premium%22%3Atrue%2C%22allows_write_to_pm%22%3Atrue%2C%22photo_url%22%3A%22https%3A%5C%2F%5C%2Ft.me%5C%2Fi%5C%2Fuserpic%5C%2F320%5C%2F4FPEE4tmP3ATHa57u6MqTDih13LTOiMoKoLDRG4PnSA.svg%22%7D&chat_instance=8134722200314281151&chat_type=private&auth_date=1733584787&hash=2174df5b000556d044f3f020384e879c8efcab55ddea2ced4eb752e93e7080d6&signature=zL-ucjNyREiHDE8aihFwpfR9aggP2xiAo3NSpfe-p7IbCisNlDKlo7Kb6G4D0Ao2mBrSgEk4maLSdv6MLIlADQ'
  const REAL_BOT = 7342037359
  const then = { nowSeconds: 1733584800, maxAgeSeconds: 60 }
  const outcome = (text: string, over: object = {}) =>
    verifyInitDataForThirdParty(text, {
      ...then,
      botId: REAL_BOT,
      publicKey: TELEGRAM_KEYS.production,
      ...over,
    })

  test('a real signature of Telegram is believed, by us and by the library', async () => {
    expect(outcome(REAL)).toMatchObject({
      user: { id: 279058397, username: 'vdkfrost' },
      authDate: 1733584787,
    })
    expect(await isValid3rd(REAL, REAL_BOT, { expiresIn: 0 })).toBe(true)
  })

  test.each<[string, string, object, string]>([
    ['another bot', REAL, { botId: REAL_BOT + 1 }, 'forged'],
    ["the key of Telegram's test servers", REAL, { publicKey: TELEGRAM_KEYS.test }, 'forged'],
    ['a changed field', REAL.replace('279058397', '279058398'), {}, 'forged'],
    ['no signature', REAL.replace(/&signature=.*/, ''), {}, 'unsigned'],
    ['a signature of another length', `${REAL}A`, {}, 'unsigned'],
    ['the signature twice', `${REAL}&signature=${'A'.repeat(86)}`, {}, 'malformed'],
    ['too old', REAL, { nowSeconds: then.nowSeconds + 60 }, 'expired'],
  ])('is refused: %s', (_name, text, over, problem) => {
    expect(outcome(text, over)).toEqual({ problem })
  })

  test('the hash, which a third party cannot check, plays no part', () => {
    expect(outcome(REAL.replace(/hash=[0-9a-f]+/, 'hash=0'))).toHaveProperty('user')
  })

  test('a signature of a key pair of our own', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const lines = [...FIELDS].map(([one, of]) => `${one}=${of}`).sort()
    const signature = signBytes(null, Buffer.from(`5:WebAppData\n${lines.join('\n')}`), privateKey)
    const text = new URLSearchParams([...FIELDS, ['signature', signature.toString('base64url')]]).toString()
    const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex')
    expect(verifyInitDataForThirdParty(text, { ...by, botId: 5, publicKey: raw })).toHaveProperty('user')
  })
})
