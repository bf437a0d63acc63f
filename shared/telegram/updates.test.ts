import { describe, expect, test } from 'vitest'
import { parseUpdate } from './updates.ts'

const from = {
  id: 4_503_599_627_370_495,
  is_bot: false,
  first_name: 'Ann',
  username: 'ann',
  language_code: 'ru',
}
const chat = { id: 42, type: 'private' }
const message = { message_id: 5, date: 1_700_000_000, chat, from }

describe('parseUpdate', () => {
  test('a message, with fields nobody knows yet', () => {
    const update = parseUpdate({
      update_id: 7,
      message: { ...message, text: '/start', new_in_10_9: { a: 1 } },
    })
    expect(update).toMatchObject({
      kind: 'message',
      updateId: 7,
      chatId: 42,
      from,
      message: { text: '/start', new_in_10_9: { a: 1 } },
    })
  })

  test('keeps ids exactly: negative chats and 52 bits', () => {
    const json = JSON.parse(
      '{"update_id": 9007199254740991, "message": {"message_id": 1, "date": 1, "chat": {"id": -1009007199254740, "type": "supergroup"}}}',
    )
    expect(parseUpdate(json)).toMatchObject({
      updateId: Number.MAX_SAFE_INTEGER,
      chatId: -1_009_007_199_254_740,
      from: undefined,
    })
  })

  test('files of all sorts', () => {
    const file = { file_id: 'abc', file_unique_id: 'u', file_size: 10, mime_type: 'text/plain' }
    const update = parseUpdate({
      update_id: 1,
      message: {
        ...message,
        caption: 'mine',
        photo: [{ ...file, width: 90, height: 60 }],
        document: { ...file, file_name: 'a.srt' },
        voice: { ...file, duration: 3 },
      },
    })
    expect(update).toMatchObject({
      kind: 'message',
      message: { photo: [{ width: 90 }], document: { file_name: 'a.srt' }, voice: { file_id: 'abc' } },
    })
  })

  test('a payment, a renewal and a refund', () => {
    const payment = {
      currency: 'XTR',
      total_amount: 50,
      invoice_payload: 'order-1',
      telegram_payment_charge_id: 'charge-1',
      provider_payment_charge_id: '',
    }
    const renewal = { ...payment, subscription_expiration_date: 1_800_000_000, is_recurring: true }
    const { invoice_payload: _, ...withoutPayload } = payment
    for (const successful_payment of [payment, renewal, withoutPayload]) {
      expect(parseUpdate({ update_id: 1, message: { ...message, successful_payment } })).toMatchObject({
        kind: 'message',
        message: { successful_payment },
      })
    }
    expect(parseUpdate({ update_id: 1, message: { ...message, refunded_payment: payment } })).toMatchObject({
      message: { refunded_payment: payment },
    })
  })

  test('a callback, also of a message that is no longer accessible, or of none', () => {
    const callback_query = { id: '99', from, data: 'topup', message: { message_id: 5, chat, date: 0 } }
    expect(parseUpdate({ update_id: 1, callback_query })).toMatchObject({
      kind: 'callback_query',
      chatId: 42,
      from,
      callbackQuery: { id: '99', data: 'topup', message: { message_id: 5 } },
    })
    expect(parseUpdate({ update_id: 1, callback_query: { id: '99', from } })).toMatchObject({
      chatId: undefined,
    })
  })

  test('a pre-checkout query and a blocked bot', () => {
    const pre_checkout_query = { id: 'q', from, currency: 'XTR', total_amount: 5, invoice_payload: 'order-1' }
    expect(parseUpdate({ update_id: 1, pre_checkout_query })).toMatchObject({
      kind: 'pre_checkout_query',
      from,
      preCheckoutQuery: { total_amount: 5 },
    })
    const my_chat_member = { chat, from, date: 1, new_chat_member: { status: 'kicked', user: from } }
    expect(parseUpdate({ update_id: 2, my_chat_member })).toEqual({
      kind: 'my_chat_member',
      updateId: 2,
      chatId: 42,
      from,
      status: 'kicked',
    })
  })

  test('drops from texts what no database holds', () => {
    const update = parseUpdate({ update_id: 1, message: { ...message, text: 'a\u0000b\ud800c😀' } })
    expect(update).toMatchObject({ message: { text: 'abc😀' } })
  })

  test('a message that was changed is told apart from a new one', () => {
    expect(parseUpdate({ update_id: 3, edited_message: message })).toMatchObject({
      kind: 'edited_message',
      updateId: 3,
      chatId: message.chat.id,
      message: { message_id: message.message_id },
    })
  })

  test.each<object>([
    { edited_message: {} },
    { edited_channel_post: message },
    { poll: {} },
    {},
    { constructor: 1 },
  ])('unknown: %j', (content) => {
    expect(parseUpdate({ update_id: 3, ...content })).toEqual({ kind: 'unknown', updateId: 3 })
  })

  test.each<[object, RegExp]>([
    [
      { message: { ...message, successful_payment: { currency: 'XTR', total_amount: '100' } } },
      /message\.successful_payment\.total_amount/,
    ],
    [{ message: { chat } }, /message\.message_id/],
    [{ message: null }, /message/],
    [{ pre_checkout_query: { id: 'q', from, currency: 'XTR', total_amount: 1e21 } }, /total_amount/],
    [{ callback_query: { id: 'q', from: { id: 1.5 } } }, /callback_query\.from\.id/],
  ])('malformed: %j', (content, problem) => {
    expect(parseUpdate({ update_id: 3, ...content })).toEqual({
      kind: 'malformed',
      updateId: 3,
      problem: expect.stringMatching(problem),
    })
  })

  test.each([
    undefined,
    null,
    [],
    'text',
    5,
    {},
    { update_id: '5' },
    { update_id: 1.5 },
    { update_id: -1 },
    { update_id: 2 ** 53 },
    { update_id: null },
  ])('no update: %j', (json) => {
    expect(parseUpdate(json)).toBeUndefined()
  })
})
