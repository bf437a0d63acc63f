import { strict as assert } from 'node:assert'
import { type CallbackData, decodeCallback, encodeCallback } from '#shared/domain/callback-data.ts'
import type { Language } from '#shared/domain/settings.ts'
import type { ChatMessage, Conversation } from '../../local/demo/conversation.ts'
import { meet, signedFor } from './chat.ts'
import type { House } from './house.ts'

/** A person who walks through the bot, knowing buttons by what they mean rather than by their words. */
export type Walker = Conversation & {
  house: House
  language: Language
  /** Presses the first button of that kind; gives the answer that `fits`. */
  pressKind: (
    message: ChatMessage,
    kind: CallbackData['kind'],
    fits?: (message: ChatMessage) => boolean,
  ) => Promise<ChatMessage>
  /** Presses a button with this meaning, signed for this person, whether the message has it or not. */
  pressData: (
    message: ChatMessage,
    data: CallbackData,
    fits?: (message: ChatMessage) => boolean,
  ) => Promise<ChatMessage>
}

const LABEL = 'the button of the test'

/** What the buttons under a message mean. */
export const meaningsOf = (message: ChatMessage): (CallbackData & { label: string })[] =>
  (message.reply_markup?.inline_keyboard?.flat() ?? []).flatMap(({ text, callback_data: data = '' }) => {
    const meaning = decodeCallback(data.split('~')[0] ?? '')
    return meaning === undefined ? [] : [{ ...meaning, label: text }]
  })

/** A person of the simulator who has said /start. */
export const meetWalker = async (house: House, language: Language): Promise<Walker> => {
  const chat = await meet(house, language)
  await chat.say('/start')
  return {
    ...chat,
    house,
    language,
    pressKind: (message, kind, fits) => {
      const button = meaningsOf(message).find((meaning) => meaning.kind === kind)
      assert(button, `no button of kind ${kind} under: ${message.text ?? message.caption}`)
      return chat.press(message, button.label, fits)
    },
    pressData: (message, data, fits) => {
      const callback_data = signedFor(house, chat.personId, encodeCallback(data))
      const reply_markup = { inline_keyboard: [[{ text: LABEL, callback_data }]] }
      return chat.press({ ...message, reply_markup }, LABEL, fits)
    },
  }
}

/** Buttons that lead on: back, to a menu, to a list, or out of a question. */
const WAYS_ON: ReadonlySet<CallbackData['kind']> = new Set([
  'menu',
  'history',
  'transcripts',
  'packs',
  'avatar',
  'cancel',
  'decline',
  'setting-values',
  'operator',
])

type Markup = { inline_keyboard?: { url?: string; web_app?: unknown }[][] }

/** Whether nobody is left at the end of a road: a way on under the message, or what the message itself is for. */
export const hasWayOn = (message: ChatMessage): boolean => {
  const markup = message.reply_markup as Markup | undefined
  const leadsOut = markup?.inline_keyboard?.flat().some(({ url, web_app }) => (url ?? web_app) !== undefined)
  if (message.invoice !== undefined || 'document' in message || leadsOut) return true
  return meaningsOf(message).some(({ kind }) => WAYS_ON.has(kind))
}

/** The labels of the keyboard under the person's input field. */
export const keyboardOf = (house: House, personId: number): string[] =>
  house.sim.state.people
    .get(personId)
    ?.keyboard?.keyboard.flat()
    .map((button) => (typeof button === 'string' ? button : button.text)) ?? []

/** Whether the words are those of the language; figures and names alone are of both. */
export const speaks = (message: ChatMessage, language: Language): boolean =>
  /[а-яё]{3}/i.test(message.text ?? message.caption ?? message.invoice?.title ?? '') === (language === 'ru')
