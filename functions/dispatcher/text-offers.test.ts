import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { text } from '#shared/domain/texts/texts.ts'
import {
  connectWebhook,
  labelsOf,
  meet,
  messageFrom,
  plainText,
  postUpdate,
  signedFor,
  updateOf,
} from '../../test/support/chat.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as transcriptSave } from '../transcript-save/handler.ts'
import { handler as dispatcher } from './handler.ts'

/** Welcome bonus and price of a transcript in the repository's tariff. */
const BONUS = 50
const PRICE = 5

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [dispatcher, register, profile, transcriptSave] })
  await connectWebhook(house)
})
afterAll(() => house?.close())

type Talk = Awaited<ReturnType<typeof meet>>
type Message = Awaited<ReturnType<Talk['say']>>

/** A text as people forward them: 400 characters. */
const LONG = 'Протокол встречи. Решили <начать> & закончить вовремя. '.repeat(8).slice(0, 400)

const stateOf = async (personId: number) => {
  const [row] = await house.ownerSql<{ coins: number; transcripts: number }[]>`
    select coins, (select count(*)::bigint from user_transcripts t where t.user_id = u.id) as transcripts
    from users u join user_balances b on b.user_id = u.id where telegram_id = ${personId}`
  return row
}

const simulator = () => new URL(house.sim.pageUrl).origin

/** Says something in answer to a message of the chat. */
const answerTo = (chat: Talk, messageId: number, words: string): Promise<Message> =>
  chat.awaitMessage(() =>
    fetch(`${simulator()}/sim/chats/${chat.personId}/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: words, replyTo: messageId }),
    }),
  )

const lastOwnMessage = async (chat: Talk): Promise<number> => {
  const answer = await fetch(`${simulator()}/sim/chats/${chat.personId}/messages?limit=1000`)
  const { messages } = (await answer.json()) as { messages: Message[] }
  return messages.findLast(({ from }) => !from.is_bot)?.message_id ?? 0
}

describe.each(['en', 'ru'] as const)('a text in the chat (%s)', (language) => {
  it('is kept at the press of a button under it, for the price on the button, and read back whole', async () => {
    const chat = await meet(house, language)
    await chat.say('/start')
    const offer = await chat.say(LONG)
    expect(offer.text).toBe(plainText(text(language, 'text-offer', { characters: 400, coins: PRICE })))
    expect(labelsOf(offer)).toEqual([
      text(language, 'text-offer-button', { coins: PRICE }),
      text(language, 'button-no-thanks'),
    ])
    expect(await stateOf(chat.personId)).toEqual({ coins: BONUS, transcripts: 0 })

    const saved = await chat.press(offer, text(language, 'text-offer-button', { coins: PRICE }))
    // the offer becomes the answer
    expect(saved.message_id).toBe(offer.message_id)
    expect(await stateOf(chat.personId)).toEqual({ coins: BONUS - PRICE, transcripts: 1 })
    const [open = ''] = labelsOf(saved)
    expect((await chat.press(saved, open)).text).toContain(LONG.trim())
    // the button is gone; pressed once more all the same (a slow client), it is the same transcript
    const again = updateOf({
      callback_query: {
        id: '1',
        from: { id: chat.personId, is_bot: false, first_name: 'Test' },
        message: {
          message_id: offer.message_id,
          chat: { id: chat.personId, type: 'private' },
          reply_to_message: { message_id: 1, text: LONG },
        },
        data: signedFor(house, chat.personId, `kt:${PRICE}`),
      },
    })
    expect((await postUpdate(house, again)).status).toBe(200)
    // the message was edited since: the button was for the text as it was
    const edited = updateOf({
      callback_query: {
        ...(again.callback_query as object),
        message: {
          message_id: offer.message_id,
          chat: { id: chat.personId, type: 'private' },
          reply_to_message: { message_id: 1, text: `${LONG} and more` },
        },
      },
    })
    const old = await chat.awaitMessage(() => postUpdate(house, edited))
    expect(old.text).toBe(text(language, 'old-button'))
    expect(await stateOf(chat.personId)).toEqual({ coins: BONUS - PRICE, transcripts: 1 })
  })

  it('is not offered when it is short, and an offer can be declined', async () => {
    const chat = await meet(house, language)
    await chat.say('/start')
    expect((await chat.say(LONG.slice(0, 199))).text).toBe(text(language, 'unknown-text'))
    const offer = await chat.say(LONG.slice(0, 200))
    const gone = await fetch(`${simulator()}/sim/chats/${chat.personId}/callbacks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messageId: offer.message_id, data: 'n' }),
    })
    expect(gone.status).toBe(200)
    const left = await fetch(`${simulator()}/sim/chats/${chat.personId}/messages?limit=1000`)
    const { messages } = (await left.json()) as { messages: Message[] }
    expect(messages.some(({ message_id }) => message_id === offer.message_id)).toBe(false)
    expect(await stateOf(chat.personId)).toEqual({ coins: BONUS, transcripts: 0 })
  })

  it('is kept by /transcript: asked for, behind the command, or answered to', async () => {
    const chat = await meet(house, language)
    await chat.say('/start')
    const asked = await chat.say('/transcript')
    expect(labelsOf(asked)).toEqual([text(language, 'button-cancel')])
    expect(asked.text).toContain(plainText(text(language, 'coins', { count: PRICE })))
    expect((await chat.say('короткий текст')).text).toContain('короткий текст')
    // answered: what is written next is something else
    expect((await chat.say('и ещё')).text).toBe(text(language, 'unknown-text'))
    expect((await chat.say('/transcript сразу за командой')).text).toContain('сразу за командой')
    await chat.say('на это ответят')
    const replied = await answerTo(chat, await lastOwnMessage(chat), '/transcript')
    expect(replied.text).toContain('на это ответят')
    expect(await stateOf(chat.personId)).toEqual({ coins: BONUS - 3 * PRICE, transcripts: 3 })
  })
})

describe('no surprises', () => {
  it('a question that is refused, cancelled, or followed by a file takes nothing later', async () => {
    const chat = await meet(house, 'en')
    await chat.say('/start')
    await house.ownerSql.begin(async (tx) => {
      await tx`update user_balances set coins = 0 where user_id = (select id from users where telegram_id = ${chat.personId})`
      await tx`
        insert into transactions (user_id, amount, type, description, balance_after, actor)
        select id, ${-BONUS}, 'adjustment', 'test', 0, 'test' from users where telegram_id = ${chat.personId}`
    })
    await chat.say('/transcript')
    expect((await chat.say('too poor for this')).text).toContain('You need')
    await house.ownerSql.begin(async (tx) => {
      await tx`update user_balances set coins = 20 where user_id = (select id from users where telegram_id = ${chat.personId})`
      await tx`
        insert into transactions (user_id, amount, type, description, balance_after, actor)
        select id, 20, 'adjustment', 'test', 20, 'test' from users where telegram_id = ${chat.personId}`
    })
    expect((await chat.say('thanks')).text).toBe(text('en', 'unknown-text'))
    const asked = await chat.say('/transcript')
    await chat.press(asked, text('en', 'button-cancel'))
    expect((await chat.say('thanks')).text).toBe(text('en', 'unknown-text'))
    await chat.say('/transcript')
    await chat.sendFile('document', 'a.pdf', 'application/pdf', Buffer.from('%PDF'))
    expect((await chat.say('thanks')).text).toBe(text('en', 'unknown-text'))
    expect(await stateOf(chat.personId)).toEqual({ coins: 20, transcripts: 0 })
  })

  it('another price, or a message that is not seen any more: nothing is taken', async () => {
    const chat = await meet(house, 'en')
    await chat.say('/start')
    const offer = await chat.say(LONG)
    const pressed = (data: string, replied: object | undefined) =>
      chat.awaitMessage(() =>
        postUpdate(
          house,
          updateOf({
            callback_query: {
              id: '1',
              from: { id: chat.personId, is_bot: false, first_name: 'Anna', language_code: 'en' },
              message: {
                message_id: offer.message_id,
                chat: { id: chat.personId, type: 'private' },
                ...(replied === undefined ? {} : { reply_to_message: replied }),
              },
              data: signedFor(house, chat.personId, data),
            },
          }),
        ),
      )
    const changed = await pressed('kt:4', { message_id: 1, text: LONG })
    expect(changed.text).toBe(plainText(text('en', 'text-offer-changed', { coins: PRICE })))
    expect(labelsOf(changed)[0]).toBe(text('en', 'text-offer-button', { coins: PRICE }))
    expect((await pressed(`kt:${PRICE}`, undefined)).text).toBe(text('en', 'offer-lost'))
    expect(await stateOf(chat.personId)).toEqual({ coins: BONUS, transcripts: 0 })
  })

  it('the same update fifty times is one transcript', async () => {
    const chat = await meet(house, 'en')
    await chat.say('/start')
    const update = messageFrom(chat.personId, { text: '/transcript once and only once' })
    const statuses = await Promise.all(
      Array.from({ length: 50 }, async () => (await postUpdate(house, update)).status),
    )
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(await stateOf(chat.personId)).toEqual({ coins: BONUS - PRICE, transcripts: 1 })
  })

  it('what Telegram sends as the answered message keeps no update from being handled', async () => {
    const chat = await meet(house, 'en')
    await chat.say('/start')
    const odd = { message_id: 'x', text: 5 }
    const answer = await chat.awaitMessage(() =>
      postUpdate(house, messageFrom(chat.personId, { text: '/transcript', reply_to_message: odd })),
    )
    expect(labelsOf(answer)).toEqual([text('en', 'button-cancel')])
  })
})
