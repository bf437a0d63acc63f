import type { Screen } from '#shared/domain/callback-words.ts'
import { displayName } from '#shared/domain/names.ts'
import type { Chat } from './chat.ts'
import { mainMenu, replyKeyboard } from './keyboards.ts'
import { termsLine } from './privacy-terms.ts'
import { sellPack } from './topup-screens.ts'
import { readCoins } from './wallet-screens.ts'

/** Words of links `t.me/<bot>?start=<word>` that open a screen. */
const SCREEN_OF_LINK: Readonly<Record<string, Screen>> = {
  menu: 'menu',
  balance: 'balance',
  topup: 'topup',
  history: 'history',
  usage: 'usage',
  help: 'help',
  profile: 'profile',
  avatars: 'avatar',
  transcripts: 'transcripts',
  settings: 'settings',
  language: 'language',
  paysupport: 'paysupport',
  terms: 'terms',
  privacy: 'privacy',
}

/** A link to buy one pack: `pay-<pack>`. */
const PAY = 'pay-'

/** The menu in one message; with the keyboard under the input field where that may be gone. */
export const showMenu = async (chat: Chat, { withKeyboard = false } = {}): Promise<void> => {
  const words = chat.say('menu', { coins: await readCoins(chat) })
  await chat.reply(
    withKeyboard
      ? { kind: 'text', text: words, menu: replyKeyboard(chat) }
      : { kind: 'text', text: words, keyboard: mainMenu(chat) },
  )
}

const greet = async (chat: Chat): Promise<void> => {
  const { person, say, resources } = chat
  const name = displayName(person.user, person.settings.language)
  const text = person.isNew
    ? say('welcome-new', { name, bonus: resources.tariff.welcomeBonus })
    : say('welcome-back', { name, coins: await readCoins(chat) })
  await chat.reply({ kind: 'text', text: text + (await termsLine(chat)), menu: replyKeyboard(chat) })
}

/** /start, perhaps with the word of a link: who is new is welcomed first; a link that leads nowhere is a plain start. */
export const start = async (
  chat: Chat,
  payload: string,
  showScreen: (chat: Chat, screen: Screen) => Promise<void>,
): Promise<void> => {
  const screen = Object.hasOwn(SCREEN_OF_LINK, payload) ? SCREEN_OF_LINK[payload] : undefined
  const packId = payload.startsWith(PAY) ? payload.slice(PAY.length) : undefined
  if (chat.person.isNew || (screen === undefined && packId === undefined)) await greet(chat)
  if (screen !== undefined) return showScreen(chat, screen)
  if (packId === undefined) return
  const isSold = chat.resources.tariff.packs.some(({ id }) => id === packId)
  return isSold ? sellPack(chat, packId, 'stars') : showScreen(chat, 'topup')
}
