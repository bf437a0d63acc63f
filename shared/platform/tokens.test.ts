import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Client, parseClients } from './clients.ts'
import { createTokenSource, createTokenVerifier, signToken } from './tokens.ts'

const NOW_MS = 1_800_000_000_000
const NOW = NOW_MS / 1000
const OLD_KEY = 'the-old-key-of-at-least-32-characters'
const NEW_KEY = 'the-new-key-of-at-least-32-characters'

const clientsWith = (...keys: string[]) =>
  parseClients(
    JSON.stringify({
      clients: [
        { id: 'studio', scopes: [], keys },
        { id: 'other', scopes: [], keys: ['the-key-of-another-client-0123456789'] },
      ],
    }),
  )

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token made by hand, so that it may be wrong in any way. */
const forge = (claims: Record<string, unknown>, key = NEW_KEY, alg = 'HS256'): string => {
  const text = `${base64({ alg, typ: 'JWT' })}.${base64({ iss: 'studio', aud: 'charge', ...claims })}`
  if (alg === 'none') return `${text}.`
  const mac = createHmac(alg === 'HS512' ? 'sha512' : 'sha256', key)
  return `${text}.${mac.update(text).digest('base64url')}`
}

const LIVE = { iat: NOW, exp: NOW + 60 }

const setUp = (...keys: string[]) => {
  const time = { nowMs: NOW_MS }
  const verify = createTokenVerifier(
    clientsWith(...(keys.length > 0 ? keys : [NEW_KEY])),
    'charge',
    () => time.nowMs,
  )
  return { time, bearer: (token: string) => verify(`Bearer ${token}`), verify }
}

const refused = { code: 'unauthenticated' }

describe('createTokenVerifier', () => {
  test('takes a token of a known client for this function', async () => {
    await expect(setUp().bearer(forge(LIVE))).resolves.toMatchObject({ id: 'studio' })
  })

  test('300 s are allowed, 301 are not', async () => {
    await expect(setUp().bearer(forge({ iat: NOW, exp: NOW + 300 }))).resolves.toMatchObject({ id: 'studio' })
    await expect(setUp().bearer(forge({ iat: NOW, exp: NOW + 301 }))).rejects.toMatchObject(refused)
  })

  test('a clock that runs 30 s ahead is borne, 31 s are not', async () => {
    await expect(setUp().bearer(forge({ iat: NOW + 30, exp: NOW + 60 }))).resolves.toMatchObject({
      id: 'studio',
    })
    await expect(setUp().bearer(forge({ iat: NOW + 31, exp: NOW + 60 }))).rejects.toMatchObject(refused)
  })

  test.each([
    ['expired', forge({ iat: NOW - 100, exp: NOW - 1 })],
    ['expires this second', forge({ iat: NOW - 100, exp: NOW })],
    ['for another function', forge({ ...LIVE, aud: 'profile' })],
    ['without audience', forge({ ...LIVE, aud: undefined })],
    ['of an unknown client', forge({ ...LIVE, iss: 'stranger' })],
    ['without issuer', forge({ ...LIVE, iss: undefined })],
    ['with an issuer that is no text', forge({ ...LIVE, iss: ['studio'] })],
    ["signed with another client's key", forge(LIVE, 'the-key-of-another-client-0123456789')],
    ['claiming to be another client', forge({ ...LIVE, iss: 'other' })],
    ['signed with an unknown key', forge(LIVE, 'a-key-that-nobody-ever-had-0123456789')],
    ['alg none', forge(LIVE, NEW_KEY, 'none')],
    ['alg HS512', forge(LIVE, NEW_KEY, 'HS512')],
    ['without iat', forge({ exp: NOW + 60 })],
    ['without exp', forge({ iat: NOW })],
    ['times as text', forge({ iat: String(NOW), exp: String(NOW + 60) })],
    ['garbage', 'garbage'],
    ['three parts of garbage', 'a.b.c'],
    ['a cut signature', forge(LIVE).slice(0, -4)],
    [
      'changed claims',
      forge(LIVE).replace(
        /\.[^.]+\./,
        `.${base64({ ...LIVE, iss: 'studio', aud: 'charge', exp: NOW + 99 })}.`,
      ),
    ],
  ])('refuses a token: %s', async (_what, token) => {
    await expect(setUp().bearer(token)).rejects.toMatchObject(refused)
  })

  test.each([
    [undefined],
    [''],
    ['Bearer '],
    ['Basic c3R1ZGlvOg=='],
    [forge(LIVE)],
    [`Bearer ${forge(LIVE)} x`],
  ])('refuses the header %j', async (header) => {
    await expect(setUp().verify(header)).rejects.toMatchObject(refused)
  })

  test('while a key is rotated both are good; a retired one is not', async () => {
    const both = setUp(NEW_KEY, OLD_KEY)
    await expect(both.bearer(forge(LIVE, NEW_KEY))).resolves.toMatchObject({ id: 'studio' })
    await expect(both.bearer(forge(LIVE, OLD_KEY))).resolves.toMatchObject({ id: 'studio' })
    await expect(setUp(NEW_KEY).bearer(forge(LIVE, OLD_KEY))).rejects.toMatchObject(refused)
  })

  test('an expired token under the second key is called expired', async () => {
    const token = forge({ iat: NOW - 100, exp: NOW - 1 }, OLD_KEY)
    await expect(setUp(NEW_KEY, OLD_KEY).bearer(token)).rejects.toThrow(/expired/)
  })

  test('a token that passed is remembered, and still expires', async () => {
    const { time, bearer } = setUp()
    const token = forge(LIVE)
    await bearer(token)
    time.nowMs = (NOW + 59) * 1000
    await expect(bearer(token)).resolves.toMatchObject({ id: 'studio' })
    time.nowMs = (NOW + 60) * 1000
    await expect(bearer(token)).rejects.toThrow(/expired/)
  })

  test('the refusal shows neither token nor key', async () => {
    const token = forge(LIVE, 'a-key-that-nobody-ever-had-0123456789')
    const error = await setUp()
      .bearer(token)
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject(refused)
    expect(String(error)).not.toContain(token)
  })
})

const studio = (...keys: string[]): Client => {
  const found = clientsWith(...keys).find('studio')
  if (!found) throw new Error('no client')
  return found
}

describe('signToken', () => {
  test('signs with the first key, which every verifier that knows it takes', async () => {
    const token = await signToken(studio(NEW_KEY, OLD_KEY), 'charge', 300, () => NOW_MS)
    await expect(setUp(NEW_KEY).bearer(token)).resolves.toMatchObject({ id: 'studio' })
    await expect(setUp(OLD_KEY).bearer(token)).rejects.toMatchObject(refused)
  })
})

describe('createTokenSource', () => {
  test('gives the same token until a minute before its end, and each audience its own', async () => {
    const time = { nowMs: NOW_MS }
    const tokens = createTokenSource(studio(NEW_KEY), () => time.nowMs)
    const first = await tokens('charge')
    expect(await tokens('profile')).not.toBe(first)
    time.nowMs = NOW_MS + 239_999
    expect(await tokens('charge')).toBe(first)
    time.nowMs = NOW_MS + 240_000
    const second = await tokens('charge')
    expect(second).not.toBe(first)
    const { time: verifierTime, bearer } = setUp()
    verifierTime.nowMs = NOW_MS + 500_000
    await expect(bearer(second)).resolves.toMatchObject({ id: 'studio' })
  })
})
