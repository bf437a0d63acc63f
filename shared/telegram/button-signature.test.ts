import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeCallback } from '#shared/domain/callback-data.ts'
import { readButton, type Sign, signButtons } from './button-signature.ts'
import { outgoingMessageSchema } from './outgoing.ts'

const signWith =
  (key: string): Sign =>
  (purpose, text) =>
    createHmac('sha256', key).update(`${purpose}\n${text}`).digest()
const sign = signWith('a key')
const anna = { telegramId: 7_000_001, sign }
const boris = { telegramId: 7_000_002, sign }

const signed = (data: string, who = anna): string => {
  const message = signButtons({ kind: 'text', text: 'x', keyboard: [[{ text: 'a', data }]] }, who)
  const [button] = message.keyboard?.flat() ?? []
  return button && 'data' in button ? button.data : ''
}

describe('a button', () => {
  test('is read back by whom it was made for', () => {
    expect(readButton(signed('m:topup'), anna)).toEqual({ data: 'm:topup', trust: 'signed' })
  })

  test.each([
    ['by another person', signed('m:topup'), boris],
    ['under another key', signed('m:topup'), { ...anna, sign: signWith('another key') }],
    ['for another purpose', signed('m:topup'), { ...anna, sign: ((_, text) => sign('login', text)) as Sign }],
    ['with other data', signed('m:topup').replace('topup', 'balance'), anna],
    ['with a signature of nothing', 'm:topup~AAAAAAAA', anna],
  ])('is foreign when pressed %s', (_, data, who) => {
    expect(readButton(data, who).trust).toBe('foreign')
  })

  test.each(['m:topup', '', '~', 'm:topup~short', 'm:topup~much-too-long', 'm:topup~!!!!!!!!'])(
    'without a signature is of an older version: %j',
    (data) => {
      expect(readButton(data, anna)).toEqual({ data, trust: 'unsigned' })
    },
  )

  test('of any text is answered', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(readButton(text, anna).trust).not.toBe('signed')
      }),
    )
  })
})

test('the longest data there is has room for it', () => {
  const id = '0198f1c2-7d3e-7a4b-8c5d-0e1f2a3b4c5d'
  const longest = [
    encodeCallback({ kind: 'entry', id, cursor: id, filter: 'top-ups' }),
    encodeCallback({ kind: 'refund-confirmed', id, amount: Number.MAX_SAFE_INTEGER }),
    encodeCallback({ kind: 'setting', name: 'timeZone', value: 'America/Argentina/ComodRivadavia' }),
    encodeCallback({ kind: 'recognise', coins: Number.MAX_SAFE_INTEGER, seconds: Number.MAX_SAFE_INTEGER }),
  ]
  for (const data of longest) expect(Buffer.byteLength(signed(data))).toBeLessThanOrEqual(64)
})

test('links, payments and messages without buttons stay as they are; the message is one that can be queued', () => {
  const message = {
    kind: 'text' as const,
    text: 'x',
    keyboard: [[{ text: 'a', url: 'https://example.com' }], [{ text: 'b', data: 'hs' }]],
  }
  const whole = signButtons(message, anna)
  expect(whole.keyboard[0]).toEqual(message.keyboard[0])
  expect(outgoingMessageSchema.parse(whole)).toEqual(whole)
  const plain = { kind: 'text' as const, text: 'x' }
  expect(signButtons(plain, anna)).toBe(plain)
})
