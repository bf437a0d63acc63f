import { randomInt } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { text } from '#shared/domain/texts/texts.ts'
import { makeVoice } from '../../local/speech/ogg.ts'
import { type SpeechSimulator, startSpeechSimulator } from '../../local/speech/server.ts'
import { makeWav } from '../../local/speech/wav.ts'
import { checkInvariants } from '../../test/money/invariants.ts'
import {
  answersOf,
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
import { handler as notify } from '../notify/handler.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler as transcriptSave } from '../transcript-save/handler.ts'
import { handler as dispatcher } from './handler.ts'

/** Welcome bonus and price of a minute in the repository's tariff. */
const BONUS = 50
const MINUTE = 3

let speech: SpeechSimulator
let house: House
beforeAll(async () => {
  speech = await startSpeechSimulator()
  house = await openHouse({
    functions: [dispatcher, register, profile, topUp, transcriptSave, notify],
    config: { speech: { url: speech.url, model: 'toy', key: undefined, restMs: 0 } },
  })
  await connectWebhook(house)
})
afterEach(async () => {
  speech.faults.clear()
  house.sim.faults.clear()
  await house.settled()
  expect(await checkInvariants(house.ownerSql)).toEqual([])
})
afterAll(async () => {
  await house?.close()
  await speech?.close()
})

type Talk = Awaited<ReturnType<typeof meet>>
type Message = Awaited<ReturnType<Talk['say']>>

const sendVoice = (chat: Talk, words: string, seconds: number): Promise<Message> =>
  chat.sendFile('voice', 'voice.ogg', 'audio/ogg', makeVoice({ words, seconds }))

const walletOf = async (personId: number) => {
  const [row] = await house.ownerSql<{ coins: number; held: number; recordings: number }[]>`
    select coins, held, (select count(*)::bigint from recordings r where r.user_id = u.id) as recordings
    from users u join user_balances b on b.user_id = u.id where telegram_id = ${personId}`
  return row
}

/** An update that Telegram would send, past the simulator's own chat. */
const voiceUpdate = (personId: number, content: Record<string, unknown>) => messageFrom(personId, content)

const isDone = ({ text: words = '' }: Message): boolean => words.startsWith('✅')

describe.each(['en', 'ru'] as const)('a voice message (%s)', (language) => {
  it('is priced first, shows how far it is in one message, and ends as a transcript with its buttons', async () => {
    const chat = await meet(house, language)
    await chat.say('/start')
    const offer = await sendVoice(chat, 'Привет, мир. Это <голос> & точка.', 65)
    expect(offer.text).toBe(
      plainText(text(language, 'recording-offer', { length: '1:05', minutes: 2, coins: 2 * MINUTE })),
    )
    const button = text(language, 'recording-button', { coins: 2 * MINUTE })
    expect(labelsOf(offer)).toEqual([button, text(language, 'button-no-thanks')])
    expect(await walletOf(chat.personId)).toEqual({ coins: BONUS, held: 0, recordings: 0 })

    speech.faults.add({ target: 'method', do: 'delay', delayMs: 1_500, times: 1 })
    const seen: string[] = []
    const done = await chat.press(offer, button, (message) => {
      if (message.message_id === offer.message_id) seen.push(message.text ?? '')
      return isDone(message)
    })
    expect(done.message_id).toBe(offer.message_id)
    expect(seen[0]).toBe(plainText(text(language, 'recording-queued', { coins: 2 * MINUTE })))
    expect(seen).toContain(
      plainText(text(language, 'recording-recognising', { length: '1:05', elapsed: null })),
    )
    expect(done.text).toContain('Привет, мир. Это <голос> & точка.')
    expect(done.text).toContain(plainText(text(language, 'coins', { count: BONUS - 2 * MINUTE })))
    expect(labelsOf(done).slice(0, 5)).toEqual(['.txt', '.srt', '.vtt', '.json', '.docx'])
    expect(await walletOf(chat.personId)).toEqual({ coins: BONUS - 2 * MINUTE, held: 0, recordings: 1 })
    const file = await chat.press(done, '.srt', (message) => 'document' in message)
    expect(file).toHaveProperty('document.file_name', expect.stringMatching(/\.srt$/))
    expect((await chat.say('/transcripts')).text).toContain('Привет, мир')
  })

  it('with too few coins leads to /topup and back', async () => {
    const chat = await meet(house, language)
    await chat.say('/start')
    const offer = await sendVoice(chat, 'Дорого.', 17 * 60)
    expect(offer.text).toBe(
      plainText(
        text(language, 'recording-offer-short', { length: '17:00', minutes: 17, coins: 51, missing: 1 }),
      ),
    )
    const pressed = await chat.press(offer, text(language, 'recording-button', { coins: 51 }))
    expect(pressed.text).toContain(plainText(text(language, 'coins', { count: 51 })))
    expect(labelsOf(pressed)).toEqual([text(language, 'button-topup'), text(language, 'button-menu')])
    const packs = await chat.press(offer, text(language, 'button-topup'))
    const invoice = await chat.press(packs, '100')
    await chat.pay(invoice)
    const done = await chat.press(offer, text(language, 'recording-button', { coins: 51 }), isDone)
    expect(done.text).toContain('Дорого.')
    expect(await walletOf(chat.personId)).toEqual({ coins: BONUS + 100 - 51, held: 0, recordings: 1 })
  })

  it('that fails says why, frees the coins, and can be tried again', async () => {
    const chat = await meet(house, language)
    await chat.say('/start')
    const button = text(language, 'recording-button', { coins: MINUTE })
    speech.talkNonsense('silence')
    const silent = await chat.press(await sendVoice(chat, 'Тихо.', 4), button, (message) =>
      (message.text ?? '').startsWith('🤷'),
    )
    expect(silent.text).toBe(text(language, 'recording-failed', { reason: 'silent' }))
    expect(labelsOf(silent)).toEqual([])

    speech.faults.add({ target: 'method', do: '401', times: 3 })
    const offer = await sendVoice(chat, 'Со второго раза.', 4)
    const hurried = house.ownerSql`
      create or replace function hurry() returns trigger language plpgsql as
        $$ begin if new.state = 'queued' then new.due_at := now(); end if; return new; end $$`
    await hurried
    await house.ownerSql`create trigger hurry before update on recordings for each row execute function hurry()`
    const failed = await chat.press(offer, button, (message) => (message.text ?? '').startsWith('😔'))
    await house.ownerSql`drop trigger hurry on recordings`
    expect([failed.text, labelsOf(failed)]).toEqual([
      text(language, 'recording-failed', { reason: 'away' }),
      [button, text(language, 'button-no-thanks')],
    ])
    expect(await walletOf(chat.personId)).toMatchObject({ coins: BONUS, held: 0 })
    const done = await chat.press(failed, button, isDone)
    expect(done.text).toContain('Со второго раза.')
    expect(await walletOf(chat.personId)).toEqual({ coins: BONUS - MINUTE, held: 0, recordings: 3 })
  })

  it('that is longer than it said is offered anew for what it really costs', async () => {
    const chat = await meet(house, language)
    await chat.say('/start')
    house.sim.faults.add({
      target: 'webhook',
      kind: 'voice',
      do: 'alter',
      fields: { message: { voice: { duration: 5 } } },
      times: 1,
    })
    const offer = await sendVoice(chat, 'Две минуты.', 121)
    const words = text(language, 'recording-longer', { length: '2:01', minutes: 3, coins: 3 * MINUTE })
    const longer = await chat.press(
      offer,
      text(language, 'recording-button', { coins: MINUTE }),
      (message) => message.text === plainText(words),
    )
    const done = await chat.press(longer, text(language, 'recording-button', { coins: 3 * MINUTE }), isDone)
    expect(done.text).toContain('Две минуты.')
    expect(await walletOf(chat.personId)).toEqual({ coins: BONUS - 3 * MINUTE, held: 0, recordings: 2 })
  })
})

describe('other recordings', () => {
  it('audio, a video note, and a document that says it is audio', async () => {
    const chat = await meet(house, 'en')
    await chat.say('/start')
    const audio = await chat.sendFile(
      'audio',
      'talk at noon.wav',
      'audio/wav',
      makeWav({ words: 'A talk.', seconds: 2 }),
    )
    const kept = await chat.press(audio, text('en', 'recording-button', { coins: MINUTE }), isDone)
    expect(kept.text).toContain('talk at noon')
    const wav = makeWav({ words: 'As a file.', seconds: 130 })
    const document = await chat.sendFile('document', 'long.flac', 'audio/flac', wav)
    // by its bytes, which say what it is and how long it lasts
    expect(document.text).toBe(
      plainText(text('en', 'recording-offer', { length: '2:10', minutes: 3, coins: 9 })),
    )
    const note = await chat.awaitMessage(() =>
      postUpdate(
        house,
        voiceUpdate(chat.personId, { video_note: { file_id: 'x', duration: 30, length: 240 } }),
      ),
    )
    expect(note.text).toBe(
      plainText(text('en', 'recording-offer', { length: '0:30', minutes: 1, coins: MINUTE })),
    )
  })

  it('too large, too long, no recording at all, a video: said at once', async () => {
    const chat = await meet(house, 'en')
    await chat.say('/start')
    const answerTo = async (content: Record<string, unknown>) =>
      (await chat.awaitMessage(() => postUpdate(house, voiceUpdate(chat.personId, content)))).text
    expect(await answerTo({ audio: { file_id: 'x', duration: 60, file_size: 21_000_000 } })).toBe(
      text('en', 'recording-too-large', { megabytes: 20 }),
    )
    expect(await answerTo({ voice: { file_id: 'x', duration: 7_201 } })).toBe(
      text('en', 'recording-too-long', { minutes: 120 }),
    )
    expect(await answerTo({ video: { file_id: 'x', duration: 5 } })).toBe(text('en', 'voice-not-supported'))
    const fake = await chat.sendFile('document', 'song.mp3', 'audio/mpeg', Buffer.from('not a song'))
    expect(fake.text).toBe(text('en', 'recording-unsuitable'))
    expect(await walletOf(chat.personId)).toEqual({ coins: BONUS, held: 0, recordings: 0 })
  })

  it('without a recogniser the bot says what it takes', async () => {
    const silent = await openHouse({ functions: [dispatcher, register, profile, transcriptSave] })
    try {
      await connectWebhook(silent)
      const chat = await meet(silent, 'ru')
      await chat.say('/start')
      const answer = await sendVoice(chat, 'Никто не слышит.', 3)
      expect(answer.text).toBe(text('ru', 'voice-not-supported'))
      expect(answer.text).toContain('.srt')
      // a button from before it was taken away
      const update = updateOf({
        callback_query: {
          id: '1',
          from: { id: chat.personId, is_bot: false, first_name: 'Аня', language_code: 'ru' },
          message: {
            message_id: answer.message_id,
            chat: { id: chat.personId, type: 'private' },
            reply_to_message: { message_id: 1, voice: { file_id: 'x', duration: 3 } },
          },
          data: signedFor(house, chat.personId, `v:${MINUTE}:3`),
        },
      })
      expect((await postUpdate(silent, update)).status).toBe(200)
    } finally {
      await silent.close()
    }
  })
})

describe('the chat hears of the end', () => {
  const button = text('en', 'recording-button', { coins: MINUTE })

  it('once, from fifty presses at once', async () => {
    const chat = await meet(house, 'en')
    await chat.say('/start')
    const offer = await sendVoice(chat, 'Pressed often.', 3)
    const { reply_to_message: about } = offer as Message & { reply_to_message: object }
    const press = () =>
      postUpdate(
        house,
        updateOf({
          callback_query: {
            id: String(randomInt(1e9)),
            from: { id: chat.personId, is_bot: false, first_name: 'Anna', language_code: 'en' },
            message: {
              message_id: offer.message_id,
              chat: { id: chat.personId, type: 'private' },
              reply_to_message: about,
            },
            data: signedFor(house, chat.personId, `v:${MINUTE}:3`),
          },
        }),
      )
    const done = await chat.awaitMessage(() => Promise.all(Array.from({ length: 50 }, press)), isDone)
    expect(done.text).toContain('Pressed often.')
    await house.settled()
    expect(await walletOf(chat.personId)).toEqual({ coins: BONUS - MINUTE, held: 0, recordings: 1 })
  })

  it('in a new message where the old one is gone', async () => {
    const chat = await meet(house, 'en')
    await chat.say('/start')
    const offer = await sendVoice(chat, 'Still told.', 3)
    house.sim.faults.add({
      target: 'method',
      method: 'editMessageText',
      do: '400',
      description: 'message to edit not found',
    })
    const done = await chat.press(offer, button, isDone)
    expect(done.message_id).toBeGreaterThan(offer.message_id)
  })

  it('later, where Telegram is away at first', async () => {
    const chat = await meet(house, 'en')
    await chat.say('/start')
    const offer = await sendVoice(chat, 'Told late.', 3)
    house.sim.faults.add({ target: 'method', method: 'editMessageText', do: '500' })
    const untold = async () => {
      const [row] = await house.ownerSql<{ told: boolean; state: string }[]>`
        select told, state from recordings r join users u on u.id = r.user_id where telegram_id = ${chat.personId}`
      return row
    }
    await fetch(`${new URL(house.sim.pageUrl).origin}/sim/chats/${chat.personId}/callbacks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        messageId: offer.message_id,
        data: signedFor(house, chat.personId, `v:${MINUTE}:3`),
      }),
    })
    await expect.poll(untold, { timeout: 10_000 }).toEqual({ told: false, state: 'done' })
    await house.settled()
    house.sim.faults.clear()
    // and the person has looked elsewhere meanwhile
    await house.ownerSql`update recordings set due_at = now(), created_at = now() - interval '5 minutes' where not told`
    const done = await chat.awaitMessage(
      () => house.call('transcript-save', 'POST', '/', { as: 'cron', key: null }),
      ({ text: words = '' }) => words.includes('Told late.'),
    )
    expect([done.message_id, await untold()]).toEqual([offer.message_id, { told: true, state: 'done' }])
    // Telegram rings for new messages alone
    const answers = await answersOf(house, chat.personId)
    expect(answers.at(-1)).toMatchObject({
      text: text('en', 'recording-news', { outcome: 'done' }),
      reply_to_message: { message_id: offer.message_id },
    })
  })

  it('not at all, where the person has blocked the bot; the text is kept', async () => {
    const chat = await meet(house, 'en')
    await chat.say('/start')
    const offer = await sendVoice(chat, 'Unheard.', 3)
    speech.faults.add({ target: 'method', do: 'delay', delayMs: 1_000, times: 1 })
    const origin = new URL(house.sim.pageUrl).origin
    const post = (path: string, body: object) =>
      fetch(`${origin}/sim/chats/${chat.personId}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    await post('callbacks', {
      messageId: offer.message_id,
      data: signedFor(house, chat.personId, `v:${MINUTE}:3`),
    })
    await post('block', { blocked: true })
    const rowOf = async () => {
      const [row] = await house.ownerSql<{ state: string; told: boolean }[]>`
        select r.state, r.told from recordings r join users u on u.id = r.user_id where telegram_id = ${chat.personId}`
      return row
    }
    await expect.poll(rowOf, { timeout: 10_000 }).toEqual({ state: 'done', told: true })
    expect(await walletOf(chat.personId)).toMatchObject({ coins: BONUS - MINUTE, held: 0 })
  })
})
