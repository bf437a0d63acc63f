import { z } from 'zod'
import { badRequest } from '../api-error.ts'
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

export const menuButton = (state: SimulatorState): MenuButtonSetting => {
  const setting = state.settings.get('menuButton')
  return setting?.kind === 'menuButton' ? setting.button : { type: 'commands' }
}

const MenuButton = z.union([
  z.object({ type: z.literal('web_app'), text: z.string().min(1), web_app: z.object({ url: z.url() }) }),
  z.object({ type: z.enum(['commands', 'default']) }),
])

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
    ({ menu_button: button = { type: 'default' as const } }, { state }) => {
      state.settings.set('menuButton', { kind: 'menuButton', button })
      state.events.emit({ type: 'settings' })
      return true
    },
  ),

  getChatMenuButton: defineMethod(z.object({}), (_params, { state }) => menuButton(state)),
}
