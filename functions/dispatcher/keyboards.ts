import { encodeCallback, type Screen } from '#shared/domain/callback-data.ts'
import type { MessageId } from '#shared/domain/texts/catalogue.ts'
import type { Keyboard } from '#shared/telegram/outgoing.ts'
import type { Chat } from './chat.ts'

const BUTTON_OF_SCREEN = {
  balance: 'button-balance',
  topup: 'button-topup',
  history: 'button-history',
  help: 'button-help',
  avatar: 'button-avatar',
  transcripts: 'button-transcripts',
  settings: 'button-settings',
} as const satisfies Record<Screen, MessageId>

/** A button that opens a screen. */
export const screenButton = (chat: Chat, screen: Screen): Keyboard[number][number] => ({
  text: chat.say(BUTTON_OF_SCREEN[screen]),
  data: encodeCallback({ kind: 'menu', screen }),
})

/** The ways into everything, under greetings and help. */
export const mainMenu = (chat: Chat): Keyboard => [
  [screenButton(chat, 'balance'), screenButton(chat, 'topup')],
  [screenButton(chat, 'history'), screenButton(chat, 'transcripts')],
  [screenButton(chat, 'avatar'), screenButton(chat, 'settings')],
  [screenButton(chat, 'help')],
]
