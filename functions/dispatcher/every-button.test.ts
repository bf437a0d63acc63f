import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type CallbackData, NEEDS_SIGNATURE } from '#shared/domain/callback-data.ts'
import { SCREENS } from '#shared/domain/callback-words.ts'
import { text } from '#shared/domain/texts/texts.ts'
import type { ChatMessage } from '../../local/demo/conversation.ts'
import { makeVoice } from '../../local/speech/ogg.ts'
import { type SpeechSimulator, startSpeechSimulator } from '../../local/speech/server.ts'
import { checkInvariants } from '../../test/money/invariants.ts'
import { answersOf, connectWebhook, plainText } from '../../test/support/chat.ts'
import { type House, openHouse } from '../../test/support/house.ts'
import { hasWayOn, meaningsOf, meetWalker, speaks, type Walker } from '../../test/support/walk.ts'
import { handler as avatarUpload } from '../avatar-upload/handler.ts'
import { handler as charge } from '../charge/handler.ts'
import { handler as notify } from '../notify/handler.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler as transcriptSave } from '../transcript-save/handler.ts'
import { handler as dispatcher } from './handler.ts'

const operators: number[] = []

let speech: SpeechSimulator
let house: House
beforeAll(async () => {
  speech = await startSpeechSimulator()
  house = await openHouse({
    functions: [dispatcher, register, profile, topUp, charge, avatarUpload, transcriptSave, notify],
    config: {
      speech: { url: speech.url, model: 'toy', key: undefined, restMs: 0 },
      operators,
    },
  })
  await connectWebhook(house)
})
afterEach(async () => {
  await house.settled()
  expect(await checkInvariants(house.ownerSql)).toEqual([])
})
afterAll(async () => {
  await house?.close()
  await speech?.close()
})

type Kind = CallbackData['kind']
type Answer = ChatMessage | undefined

const photo = (background: string): Promise<Buffer> =>
  sharp({ create: { width: 60, height: 40, channels: 3, background } })
    .jpeg()
    .toBuffer()

/** The gallery of two pictures; the newest is the avatar. */
const gallery = async (walker: Walker): Promise<ChatMessage> => {
  for (const colour of ['#f00', '#0f0'])
    await walker.sendFile('photo', 'a.jpg', 'image/jpeg', await photo(colour))
  return walker.say('/avatars')
}
const keep = (walker: Walker, name = 'notes'): Promise<ChatMessage> =>
  walker.sendFile('document', `${name}.txt`, 'text/plain', Buffer.from('some words to keep'))
const list = async (walker: Walker): Promise<ChatMessage> => {
  await keep(walker)
  return walker.say('/transcripts')
}
const shown = async (walker: Walker): Promise<ChatMessage> =>
  walker.pressKind(await list(walker), 'transcript')
const paid = async (walker: Walker): Promise<ChatMessage> => {
  await walker.pay(await walker.pressKind(await walker.say('/topup'), 'pack'))
  return walker.say('/paysupport')
}
const LONG = 'one word after another. '.repeat(20)

/** Each kind of button, pressed where people find it; gives what the chat shows then, undefined for a message that is gone. */
const CASES: Record<Kind, (walker: Walker) => Promise<Answer>> = {
  pack: async (walker) => walker.pressKind(await walker.say('/topup'), 'pack'),
  packs: async (walker) => {
    const packs = await walker.say('/topup')
    // by card alone here; Stars are the first page anyhow
    const shownPacks = await walker.pressData(packs, { kind: 'packs', provider: 'yookassa' })
    return walker.pressData(shownPacks, { kind: 'packs', provider: 'stars' })
  },
  check: async (walker) => {
    const body = { telegramId: walker.personId, pack: 'small', provider: 'stars' }
    const { orderId } = (await house.call('top-up', 'POST', '/invoices', { body })).body
    return walker.pressData(await walker.say('/topup'), { kind: 'check', id: orderId })
  },
  history: async (walker) =>
    walker.pressData(await walker.say('/history'), { kind: 'history', filter: 'spending' }),
  entry: async (walker) => walker.pressKind(await walker.say('/history'), 'entry'),
  usage: async (walker) => walker.pressKind(await walker.say('/usage'), 'usage'),
  holds: async (walker) => {
    const body = { telegramId: walker.personId, service: 'image' }
    await house.call('charge', 'POST', '/holds', { body })
    return walker.pressKind(await walker.say('/balance'), 'holds')
  },
  refund: async (walker) => walker.pressKind(await paid(walker), 'refund'),
  'refund-confirmed': async (walker) => {
    const question = await walker.pressKind(await paid(walker), 'refund')
    // the notice of the refund may come first
    return walker.pressKind(question, 'refund-confirmed', ({ message_id: id }) => id === question.message_id)
  },
  menu: async (walker) => walker.pressKind(await walker.say('/balance'), 'menu'),
  language: async (walker) => {
    const languages = await walker.say('/language')
    const data = { kind: 'language' as const, language: walker.language }
    return walker.pressData(languages, data, ({ message_id: id }) => id === languages.message_id)
  },
  avatar: async (walker) => walker.pressKind(await gallery(walker), 'avatar'),
  'avatar-choose': async (walker) =>
    walker.pressKind(await walker.pressKind(await gallery(walker), 'avatar'), 'avatar-choose'),
  'avatar-delete': async (walker) => walker.pressKind(await gallery(walker), 'avatar-delete'),
  'avatar-delete-confirmed': async (walker) =>
    walker.pressKind(
      await walker.pressKind(await gallery(walker), 'avatar-delete'),
      'avatar-delete-confirmed',
    ),
  transcript: async (walker) => {
    const all = await list(walker)
    const one = await walker.pressKind(all, 'transcript')
    expect(one.message_id).toBe(all.message_id)
    return one
  },
  transcripts: async (walker) => {
    for (let count = 0; count < 7; count += 1) await keep(walker, `notes ${count}`)
    return walker.pressKind(await walker.say('/transcripts'), 'transcripts')
  },
  'transcript-file': async (walker) => walker.pressKind(await shown(walker), 'transcript-file'),
  'transcript-rename': async (walker) => walker.pressKind(await shown(walker), 'transcript-rename'),
  'transcript-delete': async (walker) => walker.pressKind(await shown(walker), 'transcript-delete'),
  'transcript-delete-confirmed': async (walker) =>
    walker.pressKind(
      await walker.pressKind(await shown(walker), 'transcript-delete'),
      'transcript-delete-confirmed',
    ),
  'transcript-search': async (walker) => walker.pressKind(await list(walker), 'transcript-search'),
  'keep-text': async (walker) => walker.pressKind(await walker.say(LONG), 'keep-text'),
  recognise: async (walker) => {
    const offer = await walker.sendFile(
      'voice',
      'v.ogg',
      'audio/ogg',
      makeVoice({ words: 'One, two.', seconds: 3 }),
    )
    return walker.pressKind(offer, 'recognise', ({ text: said = '' }) => said.startsWith('✅'))
  },
  decline: async (walker) => {
    const offer = await walker.say(LONG)
    const [button] = meaningsOf(offer).filter(({ kind }) => kind === 'decline')
    const gone = async () =>
      (await answersOf(house, walker.personId)).every(({ message_id: id }) => id !== offer.message_id)
    const pressed = walker.press(offer, button?.label ?? '').catch(() => undefined)
    await expect.poll(gone, { timeout: 15_000 }).toBe(true)
    // nothing is said; what comes next ends the wait
    await walker.say('/balance')
    await pressed
    return undefined
  },
  cancel: async (walker) => walker.pressKind(await walker.say('/search'), 'cancel'),
  setting: async (walker) => {
    const settings = await walker.say('/settings')
    const changed = await walker.pressKind(settings, 'setting')
    expect([changed.message_id, changed.text === settings.text]).toEqual([settings.message_id, false])
    return changed
  },
  'setting-values': async (walker) => walker.pressKind(await walker.say('/settings'), 'setting-values'),
  'setting-ask': async (walker) =>
    walker.pressKind(await walker.pressKind(await walker.say('/settings'), 'setting-values'), 'setting-ask'),
  privacy: async (walker) =>
    walker.pressData(await walker.say('/privacy'), { kind: 'privacy', step: 'delete' }),
  'deletion-confirmed': async (walker) => walker.pressKind(await walker.say('/delete'), 'deletion-confirmed'),
  operator: async (walker) => {
    operators.push(walker.personId)
    return walker.pressKind(await walker.say('/admin'), 'operator')
  },
}

const wordsOf = (answer: ChatMessage): string => answer.text ?? answer.caption ?? answer.invoice?.title ?? ''

it('knows every kind of button', () => {
  expect(Object.keys(CASES).sort()).toEqual(Object.keys(NEEDS_SIGNATURE).sort())
})

describe.each(['ru', 'en'] as const)('in %s', (language) => {
  it.each(Object.keys(CASES) as Kind[])('%s is answered, in the language, with a way on', async (kind) => {
    const walker = await meetWalker(house, language)
    const answer = await CASES[kind](walker)
    if (!answer) return
    // a file is named as its owner named it
    if (!('document' in answer)) expect(speaks(answer, language), wordsOf(answer)).toBe(true)
    expect(hasWayOn(answer), wordsOf(answer)).toBe(true)
  })

  it.each(SCREENS)('the button of the screen %s opens it in the place of the menu', async (screen) => {
    const walker = await meetWalker(house, language)
    // another screen than the one to be opened: what changes nothing is not seen
    const before = screen === 'menu' ? 'help' : 'menu'
    const menu = await walker.pressData(await walker.say('/balance'), { kind: 'menu', screen: before })
    const opened = await walker.pressData(menu, { kind: 'menu', screen })
    if (screen !== 'language') expect(speaks(opened, language), wordsOf(opened)).toBe(true)
    expect(opened.message_id).toBe(menu.message_id)
  })
})

describe('a button that is not ours', () => {
  /** The words of the pop-up after a press of this data, which Telegram shows over the chat. */
  const popUp = async (walker: Walker, message: ChatMessage, data: string): Promise<string | undefined> => {
    const origin = new URL(house.sim.pageUrl).origin
    const response = await fetch(`${origin}/sim/chats/${walker.personId}/callbacks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messageId: message.message_id, data }),
    })
    const { answer } = (await response.json()) as { answer?: { text?: string } }
    return answer?.text
  }
  const old = text('en', 'old-button')

  it('of another person, forged, or without the signature that it needs, is answered politely and does nothing', async () => {
    const [walker, other] = [await meetWalker(house, 'en'), await meetWalker(house, 'en')]
    const settings = await other.say('/settings')
    const foreign = settings.reply_markup?.inline_keyboard?.[0]?.[0]?.callback_data ?? ''
    const mine = await walker.say('/settings')
    for (const data of [
      foreign,
      's:receipts:false',
      's:receipts:false~AAAAAAAA',
      'm:topup~AAAAAAAA',
      'l:ru',
      'of:old',
    ])
      expect(await popUp(walker, mine, data), data).toBe(old)
    expect((await walker.say('/settings')).text).toBe(mine.text)
  })

  it('of the version before, which had no signature, still shows what it showed, and leaves its message alone', async () => {
    const walker = await meetWalker(house, 'en')
    const receipt = await keep(walker)
    const count = (await answersOf(house, walker.personId)).length
    expect(await popUp(walker, receipt, 'm:topup')).toBeUndefined()
    await expect
      .poll(async () => (await answersOf(house, walker.personId)).length, { timeout: 10_000 })
      .toBe(count + 1)
    const kept = (await answersOf(house, walker.personId)).find(
      ({ message_id: id }) => id === receipt.message_id,
    )
    expect(kept?.text).toBe(receipt.text)
  })

  it('under what was charged leaves the words there and comes below', async () => {
    const walker = await meetWalker(house, 'en')
    const saved = await keep(walker)
    const below = await walker.pressKind(saved, 'menu')
    expect(below.message_id).toBeGreaterThan(saved.message_id)
    expect((await answersOf(house, walker.personId)).map(({ text: said }) => said)).toContain(saved.text)
  })

  it('between words and a picture: the new one comes, the old one goes', async () => {
    const walker = await meetWalker(house, 'en')
    await walker.sendFile('photo', 'a.jpg', 'image/jpeg', await photo('#00f'))
    const balance = await walker.say('/balance')
    const picture = await walker.pressData(balance, { kind: 'menu', screen: 'avatar' })
    expect(picture.photo).toBeDefined()
    const ids = async () => (await answersOf(house, walker.personId)).map(({ message_id: id }) => id)
    await expect.poll(async () => (await ids()).includes(balance.message_id), { timeout: 10_000 }).toBe(false)
    const menu = await walker.pressKind(picture, 'menu')
    expect(plainText(menu.text ?? '')).toContain('Menu')
    await expect.poll(async () => (await ids()).includes(picture.message_id), { timeout: 10_000 }).toBe(false)
  })
})
