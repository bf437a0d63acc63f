import { z } from 'zod'
import { badRequest } from '../api-error.ts'
import { isWebAppUrl } from '../markup.ts'
import type { MenuButtonSetting } from '../model.ts'
import { toChat } from '../people.ts'
import { botUser, type SimulatorState } from '../state.ts'
import { ChatId, defineMethod, fromForm, Integer } from './define.ts'

const Commands = z.array(
  z.object({ command: z.string().regex(/^\/?[a-z0-9_]{1,32}$/), description: z.string().min(1).max(256) }),
)

/** Commands are kept for each language; scopes other than the default are accepted and treated as the default. */
const CommandsOf = z.object({ language_code: z.string().max(8).default('') })

const commandsKey = (languageCode: string) => `commands:${languageCode}`

/** Commands for that language, or the ones without a language. */
export const commandsFor = (state: SimulatorState, languageCode: string) => {
  const found = state.settings.get(commandsKey(languageCode)) ?? state.settings.get(commandsKey(''))
  return found?.kind === 'commands' ? found.commands : []
}

const menuButtonKey = (chatId: number | undefined) =>
  chatId === undefined ? 'menuButton' : `menuButton:${chatId}`

/** What stands left of the input field in that chat: its own button, or the one of every chat. */
export const menuButton = (state: SimulatorState, chatId?: number): MenuButtonSetting => {
  const own = state.settings.get(menuButtonKey(chatId))
  if (own?.kind === 'menuButton' && own.button.type !== 'default') return own.button
  const common = state.settings.get(menuButtonKey(undefined))
  return common?.kind === 'menuButton' && common.button.type !== 'default'
    ? common.button
    : { type: 'commands' }
}

const MenuButton = z.union([
  z.object({ type: z.literal('web_app'), text: z.string(), web_app: z.object({ url: z.string() }) }),
  z.object({ type: z.enum(['commands', 'default']) }),
])

const checkMenuButton = (button: z.output<typeof MenuButton>): void => {
  if (button.type !== 'web_app') return
  if (button.text === '') throw badRequest("menu button text can't be empty")
  if (!isWebAppUrl(button.web_app.url)) {
    throw badRequest(
      `menu button Web App URL '${button.web_app.url}' is invalid: Only HTTPS links are allowed`,
    )
  }
}

/** The chat that a menu button is of. Throws Telegram's 400. */
const chatOfButton = (state: SimulatorState, chatId: number | undefined): number | undefined => {
  if (chatId === undefined) return undefined
  if (!state.people.get(chatId)?.started) throw badRequest('user not found')
  return chatId
}

const descriptionKey = (languageCode: string) => `description:${languageCode}`

/** What an empty chat says, for that language or for those without one. */
export const descriptionFor = (state: SimulatorState, languageCode: string): string => {
  const found = state.settings.get(descriptionKey(languageCode)) ?? state.settings.get(descriptionKey(''))
  return found?.kind === 'description' ? found.text : ''
}

export const botMethods = {
  getMe: defineMethod(z.object({}), (_params, { state }) => botUser(state)),

  getChat: defineMethod(z.object({ chat_id: ChatId }), ({ chat_id }, { state }) => {
    const person = state.people.get(chat_id)
    if (person === undefined || !person.started) throw badRequest('chat not found')
    return {
      ...toChat(person),
      accent_color_id: person.id % 7,
      max_reaction_count: 11,
      accepted_gift_types: {},
    }
  }),

  setMyCommands: defineMethod(
    CommandsOf.extend({ commands: fromForm(Commands.max(100)) }),
    ({ commands, language_code }, { state }) => {
      const plain = commands.map(({ command, description }) => ({
        command: command.replace(/^\//, ''),
        description,
      }))
      const setting = { kind: 'commands' as const, languageCode: language_code, commands: plain }
      state.settings.set(commandsKey(language_code), setting)
      state.events.emit({ type: 'settings' })
      return true
    },
  ),

  getMyCommands: defineMethod(CommandsOf, ({ language_code }, { state }) => {
    const setting = state.settings.get(commandsKey(language_code))
    return setting?.kind === 'commands' ? setting.commands : []
  }),

  deleteMyCommands: defineMethod(CommandsOf, ({ language_code }, { state }) => {
    state.settings.delete(commandsKey(language_code))
    state.events.emit({ type: 'settings' })
    return true
  }),

  setChatMenuButton: defineMethod(
    z.object({ chat_id: Integer.optional(), menu_button: fromForm(MenuButton).optional() }),
    ({ chat_id, menu_button: button = { type: 'default' as const } }, { state }) => {
      checkMenuButton(button)
      state.settings.set(menuButtonKey(chatOfButton(state, chat_id)), { kind: 'menuButton', button })
      state.events.emit({ type: 'settings' })
      return true
    },
  ),

  getChatMenuButton: defineMethod(z.object({ chat_id: Integer.optional() }), ({ chat_id }, { state }) =>
    menuButton(state, chatOfButton(state, chat_id)),
  ),

  setMyDescription: defineMethod(
    CommandsOf.extend({ description: z.string().max(512).default('') }),
    ({ description, language_code }, { state }) => {
      const setting = { kind: 'description' as const, languageCode: language_code, text: description }
      state.settings.set(descriptionKey(language_code), setting)
      state.events.emit({ type: 'settings' })
      return true
    },
  ),

  getMyDescription: defineMethod(CommandsOf, ({ language_code }, { state }) => ({
    description: descriptionFor(state, language_code),
  })),
}
