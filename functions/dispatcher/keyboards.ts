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

const OLDER = { history: 'history-older', transcripts: 'transcripts-older' } as const

/** The ways on from a page of a list: to what is older, and from there back to the newest. */
export const pagingRows = (
  chat: Chat,
  kind: keyof typeof OLDER,
  { cursor, nextCursor }: { cursor: string | undefined; nextCursor: string | null },
): Keyboard => {
  const back = { text: chat.say('button-back'), data: encodeCallback({ kind }) }
  const older = (next: string) => ({
    text: chat.say(OLDER[kind]),
    data: encodeCallback({ kind, cursor: next }),
  })
  const row = [...(cursor === undefined ? [] : [back]), ...(nextCursor === null ? [] : [older(nextCursor)])]
  return row.length === 0 ? [] : [row]
}
