import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type CallbackData,
  decodeCallback,
  encodeCallback,
  MAX_DATA_BYTES,
  NEEDS_SIGNATURE,
} from './callback-data.ts'
import { HISTORY_FILTERS } from './callback-parts.ts'
import { TYPED_SETTINGS } from './callback-setting.ts'
import { SCREENS } from './callback-words.ts'
import { packId } from './compact-id.ts'

const id = '0198f1c2-7d3e-7a4b-8c5d-0e1f2a3b4c5d'
const compact = packId(id)
const coins = fc.nat(Number.MAX_SAFE_INTEGER)
const positive = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
const packIds = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,31}$/)

const filters = fc.constantFrom(...HISTORY_FILTERS)
const pages = fc.integer({ min: 1, max: 99 })
const clockTimes = fc
  .tuple(fc.nat(23), fc.nat(59))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'))

const anyData: fc.Arbitrary<CallbackData> = fc.oneof(
  fc.record(
    { kind: fc.constant('pack'), id: packIds, provider: fc.constantFrom('telegram', 'yookassa') },
    { requiredKeys: ['kind', 'id'] },
  ),
  fc.record({ kind: fc.constant('packs'), provider: fc.constantFrom('stars', 'telegram', 'yookassa') }),
  fc.record({ kind: fc.constantFrom('check', 'refund'), id: fc.uuid() }),
  fc.record(
    { kind: fc.constant('entry'), id: fc.uuid(), cursor: fc.uuid(), filter: filters },
    { requiredKeys: ['kind', 'id'] },
  ),
  fc.record({ kind: fc.constant('usage'), page: pages }, { requiredKeys: ['kind'] }),
  fc.record(
    { kind: fc.constant('setting-values'), name: fc.constantFrom(...TYPED_SETTINGS), page: pages },
    { requiredKeys: ['kind', 'name'] },
  ),
  fc.record({ kind: fc.constant('setting-ask'), name: fc.constantFrom(...TYPED_SETTINGS) }),
  fc.record({ kind: fc.constant('holds') }),
  fc.record({
    kind: fc.constant('refund-confirmed'),
    id: fc.uuid(),
    amount: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  }),
  fc.record({ kind: fc.constant('history'), cursor: fc.uuid(), filter: filters }, { requiredKeys: ['kind'] }),
  fc.record(
    { kind: fc.constant('menu'), screen: fc.constantFrom(...SCREENS), isBelow: fc.constant(true) },
    { requiredKeys: ['kind', 'screen'] },
  ),
  fc.record({ kind: fc.constant('language'), language: fc.constantFrom('ru', 'en') }),
  fc.record({
    kind: fc.constantFrom('avatar', 'avatar-choose', 'avatar-delete', 'avatar-delete-confirmed'),
    id: fc.uuid(),
  }),
  fc.record(
    { kind: fc.constant('transcript'), id: fc.uuid(), isBelow: fc.constant(true) },
    { requiredKeys: ['kind', 'id'] },
  ),
  fc.record({ kind: fc.constant('keep-text'), coins: positive }),
  fc.record({ kind: fc.constant('recognise'), coins: positive, seconds: positive }),
  fc.record({ kind: fc.constant('decline') }),
  fc.record({ kind: fc.constant('transcripts'), cursor: fc.uuid() }, { requiredKeys: ['kind'] }),
  fc.record({
    kind: fc.constant('setting'),
    name: fc.constantFrom('receipts', 'lowBalance'),
    value: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('setting'), name: fc.constant('lowBalanceThreshold'), value: coins }),
  fc.record({
    kind: fc.constant('setting'),
    name: fc.constant('dailyLimit'),
    value: fc.option(coins),
  }),
  fc.record({
    kind: fc.constant('setting'),
    name: fc.constant('quietHours'),
    value: fc.option(
      fc
        .tuple(clockTimes, clockTimes)
        .filter(([from, to]) => from !== to)
        .map(([from, to]) => ({ from, to })),
    ),
  }),
  fc.record({
    kind: fc.constant('setting'),
    name: fc.constant('avatarVisibility'),
    value: fc.constantFrom('everyone', 'me'),
  }),
  fc.record({
    kind: fc.constant('setting'),
    name: fc.constant('timeZone'),
    value: fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
  }),
)

test('everything comes back, within 64 bytes of which 9 are the signature', () => {
  expect(MAX_DATA_BYTES).toBe(64 - 9)
  fc.assert(
    fc.property(anyData, (data) => {
      const text = encodeCallback(data)
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_DATA_BYTES)
      expect(Buffer.byteLength(text)).toBeGreaterThan(0)
      expect(decodeCallback(text)).toEqual(data)
    }),
  )
})

test('any text is answered; what is understood is written the same way again', () => {
  const likely = fc.stringMatching(
    /^(p|pc|py|ps|c|e|h|hs|r|rc|m|mb|l|a|ac|ad|ax|t|tb|ts|s|sv|sa|u|constructor|x)(:[\w:-]{0,50})?$/,
  )
  fc.assert(
    fc.property(fc.oneof(likely, fc.string({ unit: 'binary' })), (text) => {
      const data = decodeCallback(text)
      if (data !== undefined) expect(encodeCallback(data)).toBe(text)
    }),
  )
})

// What stands in old chats: these buttons must keep working.
test.each<[string, CallbackData]>([
  ['p:small', { kind: 'pack', id: 'small' }],
  ['pc:small', { kind: 'pack', id: 'small', provider: 'telegram' }],
  ['py:small', { kind: 'pack', id: 'small', provider: 'yookassa' }],
  [`a:${compact}`, { kind: 'avatar', id }],
  [`ac:${compact}`, { kind: 'avatar-choose', id }],
  [`ad:${compact}`, { kind: 'avatar-delete', id }],
  [`ax:${compact}`, { kind: 'avatar-delete-confirmed', id }],
  ['ps:yookassa', { kind: 'packs', provider: 'yookassa' }],
  ['h', { kind: 'history' }],
  ['h:t', { kind: 'history', filter: 'top-ups' }],
  [`h:s:${compact}`, { kind: 'history', filter: 'spending', cursor: id }],
  [`e:${compact}:o`, { kind: 'entry', id, filter: 'other' }],
  ['u:2', { kind: 'usage', page: 2 }],
  ['mb:menu', { kind: 'menu', screen: 'menu', isBelow: true }],
  [`tb:${compact}`, { kind: 'transcript', id, isBelow: true }],
  [
    's:quietHours:23:00-08:00',
    { kind: 'setting', name: 'quietHours', value: { from: '23:00', to: '08:00' } },
  ],
  ['s:quietHours:null', { kind: 'setting', name: 'quietHours', value: null }],
  ['s:avatarVisibility:me', { kind: 'setting', name: 'avatarVisibility', value: 'me' }],
  ['sv:timeZone:3', { kind: 'setting-values', name: 'timeZone', page: 3 }],
  ['sa:dailyLimit', { kind: 'setting-ask', name: 'dailyLimit' }],
  ['hs', { kind: 'holds' }],
  ['kt:5', { kind: 'keep-text', coins: 5 }],
  ['v:6:83', { kind: 'recognise', coins: 6, seconds: 83 }],
  ['n', { kind: 'decline' }],
  ['m:topup', { kind: 'menu', screen: 'topup' }],
  ['l:en', { kind: 'language', language: 'en' }],
  ['s:receipts:false', { kind: 'setting', name: 'receipts', value: false }],
  ['s:dailyLimit:null', { kind: 'setting', name: 'dailyLimit', value: null }],
  ['s:lowBalanceThreshold:25', { kind: 'setting', name: 'lowBalanceThreshold', value: 25 }],
])('%s', (text, data) => {
  expect(decodeCallback(text)).toEqual(data)
})

test.each([
  '',
  'p',
  'p:',
  'p:Small',
  `p:${'a'.repeat(33)}`,
  'h:',
  'h:short',
  'h:x',
  'h:t:',
  `h:${compact}:t`,
  'u:0',
  'u:01',
  'sv:language',
  'sv:timeZone:0',
  'sv:timeZone:1:1',
  'sa:receipts',
  's:quietHours:8:00-8:00',
  's:quietHours:late',
  's:avatarVisibility:all',
  'hs:1',
  'ps',
  'ps:cash',
  'pc:Small',
  'c:short',
  'e:short',
  `e:${compact}:`,
  `e:${compact}:short`,
  `rc:${compact}`,
  `rc:${compact}:0`,
  `rc:${compact}:007`,
  `rc:${compact}:9999999999999999`,
  'kt',
  'kt:0',
  'kt:1:2',
  'v:6',
  'v:6:0',
  'v:6:83:1',
  'v:x:83',
  'n:1',
  'm:admin',
  'l:de',
  't',
  `t:${id}`,
  's:language:en',
  's:receipts:1',
  's:receipts:',
  's:lowBalanceThreshold:007',
  's:lowBalanceThreshold:-1',
  's:lowBalanceThreshold:9999999999999999',
  's:timeZone:Mars',
  's:__proto__:true',
  'constructor:x',
  'buy_100',
])('unknown: %j', (text) => {
  expect(decodeCallback(text)).toBeUndefined()
})

describe('encodeCallback refuses what it could not read back', () => {
  test.each<CallbackData>([
    { kind: 'pack', id: 'Не пакет' },
    { kind: 'pack', id: 'a'.repeat(60) },
    { kind: 'setting', name: 'dailyLimit', value: -1 },
    { kind: 'setting', name: 'timeZone', value: 'Mars/Base' },
  ])('%o', (data) => {
    expect(() => encodeCallback(data)).toThrow(RangeError)
  })
})

test('what changes something must be signed; what only shows may be of an older version', () => {
  const changes = Object.entries(NEEDS_SIGNATURE).flatMap(([kind, needs]) => (needs ? [kind] : []))
  expect(changes).toEqual(
    expect.arrayContaining([
      'refund-confirmed',
      'avatar-delete-confirmed',
      'transcript-delete-confirmed',
      'keep-text',
      'recognise',
      'setting',
      'language',
    ]),
  )
})
