import { type CallbackData, encodeCallback } from '#shared/domain/callback-data.ts'
import type { Screen } from '#shared/domain/callback-words.ts'
import { Language } from '#shared/domain/settings.ts'
import type { MessageId } from '#shared/domain/texts/catalogue.ts'
import { text } from '#shared/domain/texts/texts.ts'
import type { Keyboard } from '#shared/telegram/outgoing.ts'
import { miniAppUrl } from './cabinet-links.ts'
import type { Chat } from './chat.ts'

const BUTTON_OF_SCREEN = {
  menu: 'button-menu',
  balance: 'button-balance',
  topup: 'button-topup',
  history: 'button-history',
  usage: 'button-usage',
  help: 'button-help',
  profile: 'button-profile',
  avatar: 'button-avatar',
  transcripts: 'button-transcripts',
  settings: 'button-settings',
  language: 'button-language',
  paysupport: 'button-paysupport',
  terms: 'button-terms',
  privacy: 'button-privacy',
  cabinet: 'button-cabinet',
} as const satisfies Record<Screen, MessageId>

/** A button that opens a screen in the place of its message. */
export const screenButton = (chat: Pick<Chat, 'say'>, screen: Screen): Keyboard[number][number] => ({
  text: chat.say(BUTTON_OF_SCREEN[screen]),
  data: encodeCallback({ kind: 'menu', screen }),
})

/** The same under a message whose words are to stay, such as what was charged: the screen comes below. */
export const screenBelow = (chat: Pick<Chat, 'say'>, screen: Screen): Keyboard[number][number] => ({
  text: chat.say(BUTTON_OF_SCREEN[screen]),
  data: encodeCallback({ kind: 'menu', screen, isBelow: true }),
})

/** A way back that leads to another button's screen. */
export const backButton = (chat: Chat, data: CallbackData): Keyboard[number][number] => ({
  text: chat.say('button-back'),
  data: encodeCallback(data),
})

/** What stands under the input field, and in the menu under messages. */
const MENU: readonly (readonly [Screen, Screen])[] = [
  ['balance', 'topup'],
  ['history', 'usage'],
  ['transcripts', 'avatar'],
  ['settings', 'help'],
]

/** The ways into everything, under the menu and help. */
export const mainMenu = (chat: Chat): Keyboard => [
  ...MENU.map((row) => row.map((screen) => screenButton(chat, screen))),
  ...cabinetRow(chat),
]

/** The way into the cabinet, where there is one: right into the Mini App, or to a link for a browser. */
const cabinetRow = (chat: Chat): Keyboard => {
  const { config } = chat.resources
  if (config.cabinetUrl === undefined) return []
  // an app opens in the person's own chat alone
  const webApp = chat.chatId === chat.person.user.telegramId ? miniAppUrl(config) : undefined
  return [[webApp ? { text: chat.say('button-cabinet'), webApp } : screenButton(chat, 'cabinet')]]
}

/** The keyboard under the input field: taps on it send its words. */
export const replyKeyboard = (chat: Chat): string[][] =>
  MENU.map((row) => row.map((screen) => chat.say(BUTTON_OF_SCREEN[screen])))

const wordsOf = (label: string): string => label.replace(/^[^\p{L}]+/u, '').toLowerCase()

/**
 * The screen that a tap on the keyboard under the input field asks for, in whichever language it was shown; with `isLoose` the words without
 * their picture will do.
 */
export const screenOfLabel = (words: string, { isLoose = false } = {}): Screen | undefined =>
  MENU.flat().find((screen) =>
    Language.options.some((language) => {
      const label = text(language, BUTTON_OF_SCREEN[screen])
      return words.trim() === label || (isLoose && wordsOf(words.trim()) === wordsOf(label))
    }),
  )

const OLDER = { history: 'history-older', transcripts: 'transcripts-older' } as const

/** The ways on from a page of a list: to what is older, and from there back to the newest. */
export const pagingRows = (
  chat: Chat,
  { kind, ...list }: Extract<CallbackData, { kind: keyof typeof OLDER }>,
  nextCursor: string | null,
): Keyboard => {
  const { cursor, ...newest } = list
  const older = (next: string) => ({
    text: chat.say(OLDER[kind]),
    data: encodeCallback({ kind, ...newest, cursor: next }),
  })
  const row = [
    ...(cursor === undefined ? [] : [backButton(chat, { kind, ...newest })]),
    ...(nextCursor === null ? [] : [older(nextCursor)]),
  ]
  return row.length === 0 ? [] : [row]
}
