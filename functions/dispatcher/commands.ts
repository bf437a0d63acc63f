import { displayName } from '#shared/domain/names.ts'
import { helpScreen, termsScreen } from '#shared/domain/texts/screens.ts'
import { showAvatar } from './avatar-screens.ts'
import type { Chat } from './chat.ts'
import { showHistory } from './history-screens.ts'
import { mainMenu } from './keyboards.ts'
import { showPaySupport } from './refund-screens.ts'
import { showLanguages, showSettings } from './settings-screens.ts'
import { askText, keepText } from './text-offers.ts'
import { showPacks } from './topup-screens.ts'
import { cancelQuestion } from './transcript-actions.ts'
import { showTranscripts } from './transcript-screens.ts'
import { askSearch, showFound } from './transcript-search.ts'
import { readCoins, showBalance, showProfile } from './wallet-screens.ts'

const start = async (chat: Chat): Promise<void> => {
  const { person, say, resources } = chat
  const name = displayName(person.user, person.settings.language)
  if (person.isNew) {
    await chat.reply({
      kind: 'text',
      text: say('welcome-new', { name, bonus: resources.tariff.welcomeBonus }),
      keyboard: mainMenu(chat),
    })
    return
  }
  const coins = await readCoins(chat)
  await chat.reply({ kind: 'text', text: say('welcome-back', { name, coins }), keyboard: mainMenu(chat) })
}

/** What follows a command on its line is its argument. */
const COMMANDS: Record<string, (chat: Chat, argument: string) => Promise<void>> = {
  start,
  help: (chat) =>
    chat.reply({
      kind: 'text',
      text: helpScreen(chat.person.settings.language, chat.resources.tariff),
      keyboard: mainMenu(chat),
    }),
  balance: (chat) => showBalance(chat),
  topup: (chat) => showPacks(chat),
  history: (chat) => showHistory(chat),
  avatar: (chat) => showAvatar(chat),
  transcript: (chat, words) => (words === '' ? askText(chat) : keepText(chat, words)),
  transcripts: (chat) => showTranscripts(chat),
  search: (chat, words) => (words === '' ? askSearch(chat) : showFound(chat, words)),
  cancel: (chat) => cancelQuestion(chat),
  profile: (chat) => showProfile(chat),
  settings: (chat) => showSettings(chat),
  language: (chat) => showLanguages(chat),
  paysupport: (chat) => showPaySupport(chat),
  terms: (chat) =>
    chat.reply({ kind: 'text', text: termsScreen(chat.person.settings.language, chat.resources.tariff) }),
  privacy: (chat) =>
    chat.reply({
      kind: 'text',
      text: chat.say('privacy', { contact: chat.resources.tariff.support.contact }),
    }),
}

/** Runs a command by its name; an unknown one gets help. */
export const runCommand = async (chat: Chat, command: string, argument = ''): Promise<void> => {
  const run = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined
  if (run) return run(chat, argument)
  await chat.reply({ kind: 'text', text: chat.say('unknown-command') })
}
