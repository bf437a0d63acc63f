import { z } from 'zod'
import { endDialogue } from '#shared/db/dialogues.ts'
import { type CallbackData, encodeCallback } from '#shared/domain/callback-data.ts'
import { TYPED_SETTINGS } from '#shared/domain/callback-setting.ts'
import { Language, Settings, type SettingsPatch } from '#shared/domain/settings.ts'
import { settingsLabels, settingsScreen } from '#shared/domain/texts/screens.ts'
import type { Keyboard, OutgoingMessage } from '#shared/telegram/outgoing.ts'
import { type Chat, withSettings } from './chat.ts'
import { replyKeyboard, screenButton } from './keyboards.ts'

const Changed = z.looseObject({ settings: Settings })

const rowsOf = (settings: Settings): Keyboard => {
  const labels = settingsLabels(settings)
  const { receipts, lowBalance, avatarVisibility } = settings
  const other = avatarVisibility === 'me' ? 'everyone' : 'me'
  const values = TYPED_SETTINGS.filter((name) => name !== 'lowBalanceThreshold' || lowBalance)
  return [
    [
      {
        text: labels.receipts,
        data: encodeCallback({ kind: 'setting', name: 'receipts', value: !receipts }),
      },
      {
        text: labels.lowBalance,
        data: encodeCallback({ kind: 'setting', name: 'lowBalance', value: !lowBalance }),
      },
    ],
    ...values.map((name) => [{ text: labels[name], data: encodeCallback({ kind: 'setting-values', name }) }]),
    [
      {
        text: labels.avatarVisibility,
        data: encodeCallback({ kind: 'setting', name: 'avatarVisibility', value: other }),
      },
    ],
  ]
}

/** The settings of this moment as a message. */
export const settingsMessage = (chat: Chat): Extract<OutgoingMessage, { kind: 'text' }> => {
  const { settings } = chat.person
  return {
    kind: 'text',
    text: settingsScreen(settings, chat.resources.clock()),
    keyboard: [...rowsOf(settings), [screenButton(chat, 'language'), screenButton(chat, 'menu')]],
  }
}

/** /settings */
export const showSettings = (chat: Chat): Promise<void> => chat.reply(settingsMessage(chat))

/** /language */
export const showLanguages = (chat: Chat): Promise<void> =>
  chat.reply({
    kind: 'text',
    text: chat.say('language-choose'),
    keyboard: [
      Language.options.map((option) => ({
        text: chat.say('language-name', { language: option }),
        data: encodeCallback({ kind: 'language', language: option }),
      })),
      [screenButton(chat, 'settings'), screenButton(chat, 'menu')],
    ],
  })

/** Changes settings; gives the turn with those that hold now. @throws AppError invalid_input */
export const saveSettings = async (chat: Chat, settings: SettingsPatch): Promise<Chat> => {
  const path = `/?userId=${chat.person.user.id}`
  const changed = await chat.call(
    { functionName: 'profile', method: 'PATCH', path, body: { settings } },
    Changed,
  )
  return withSettings(chat, changed.settings)
}

/** A value was chosen: saved, and the settings with it take the place of the message. Gives the words for the pop-up. */
export const changeSetting = async (
  chat: Chat,
  change: Extract<CallbackData, { kind: 'setting' }>,
  messageId: number,
): Promise<string> => {
  const changed = await saveSettings(chat, { [change.name]: change.value })
  // a place was chosen of those that the words could mean
  await endDialogue(chat.resources.sql, chat.person.user.id)
  const { text, keyboard } = settingsMessage(changed)
  await changed.reply({ kind: 'edit', messageId, text, keyboard })
  return changed.say('settings-saved')
}

/** A language was chosen: everything from here on is in it, the keyboard under the input field as well. */
export const changeLanguage = async (chat: Chat, language: Language, messageId: number): Promise<void> => {
  const changed = await saveSettings(chat, { language })
  const { text, keyboard } = settingsMessage(changed)
  await changed.reply({ kind: 'edit', messageId, text, keyboard })
  await changed.reply({ kind: 'text', text: changed.say('language-changed'), menu: replyKeyboard(changed) })
}
