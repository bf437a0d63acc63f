import type { Screen } from '#shared/domain/callback-words.ts'
import { helpScreen } from '#shared/domain/texts/screens.ts'
import { showAvatar } from './avatar-screens.ts'
import { giveLoginLink } from './cabinet-links.ts'
import type { Chat } from './chat.ts'
import { showHistory } from './history-screens.ts'
import { mainMenu } from './keyboards.ts'
import { askDeletion, showPrivacy, showTerms, startExport } from './privacy-screens.ts'
import { showPaySupport } from './refund-screens.ts'
import { showLanguages, showSettings } from './settings-screens.ts'
import { showMenu, start } from './start.ts'
import { askText, keepText } from './text-offers.ts'
import { showPacks } from './topup-screens.ts'
import { cancelQuestion } from './transcript-actions.ts'
import { showTranscripts } from './transcript-screens.ts'
import { askSearch, showFound } from './transcript-search.ts'
import { showUsage } from './usage-screens.ts'
import { showBalance, showProfile } from './wallet-screens.ts'

const showHelp = (chat: Chat): Promise<void> =>
  chat.reply({
    kind: 'text',
    text: helpScreen(chat.person.settings.language, chat.resources.tariff),
    keyboard: mainMenu(chat),
  })

/** What buttons and links open; each can be typed as a command as well. */
const SCREENS: Record<Screen, (chat: Chat) => Promise<void>> = {
  menu: showMenu,
  balance: (chat) => showBalance(chat),
  topup: (chat) => showPacks(chat),
  history: (chat) => showHistory(chat),
  usage: (chat) => showUsage(chat),
  help: showHelp,
  profile: (chat) => showProfile(chat),
  avatar: (chat) => showAvatar(chat),
  transcripts: (chat) => showTranscripts(chat),
  settings: (chat) => showSettings(chat),
  language: (chat) => showLanguages(chat),
  paysupport: (chat) => showPaySupport(chat),
  terms: showTerms,
  privacy: showPrivacy,
  cabinet: giveLoginLink,
}

/** Opens a screen. */
export const showScreen = (chat: Chat, screen: Screen): Promise<void> => SCREENS[screen](chat)

/** What follows a command on its line is its argument. */
const COMMANDS: Record<string, (chat: Chat, argument: string) => Promise<void>> = {
  ...SCREENS,
  start: (chat, payload) => start(chat, payload, showScreen),
  menu: (chat) => showMenu(chat, { withKeyboard: true }),
  // as it is called for a person, beside its older name
  avatars: SCREENS.avatar,
  transcript: (chat, words) => (words === '' ? askText(chat) : keepText(chat, words)),
  search: (chat, words) => (words === '' ? askSearch(chat) : showFound(chat, words)),
  cancel: (chat) => cancelQuestion(chat),
  login: giveLoginLink,
  export: (chat) => startExport(chat),
  delete: (chat) => askDeletion(chat),
}

/** Runs a command by its name; an unknown one gets help. */
export const runCommand = async (chat: Chat, command: string, argument = ''): Promise<void> => {
  const run = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined
  if (run) return run(chat, argument)
  await chat.reply({ kind: 'text', text: chat.say('unknown-command') })
}
