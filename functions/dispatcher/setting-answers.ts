import type { TypedSetting } from '#shared/domain/callback-setting.ts'
import { readTypedSetting } from '#shared/domain/typed-settings.ts'
import type { Chat } from './chat.ts'
import type { Answered } from './dialogue.ts'
import { zoneRows } from './setting-values.ts'
import { saveSettings, settingsMessage } from './settings-screens.ts'
import { cancelButton } from './transcript-words.ts'

/** As many as fit on a phone. */
const MAX_ZONES = 12

/** The words that answered `askSetting`: saved, or asked for again with what is wrong; of several places one is to be chosen. */
export const takeSetting = async (chat: Chat, name: TypedSetting, words: string): Promise<Answered> => {
  const [setting, ...others] = readTypedSetting(name, words, chat.resources.clock())
  if (setting === undefined) {
    const text = chat.say('settings-wrong', { name })
    return { reply: { kind: 'text', text, keyboard: [[cancelButton(chat)]] }, isDone: false }
  }
  if (others.length > 0) {
    const zones = [setting, ...others].flatMap((one) => (one.name === 'timeZone' ? [one.value] : []))
    const keyboard = [...zoneRows(chat, zones.slice(0, MAX_ZONES)), [cancelButton(chat)]]
    // it waits on: who finds nothing among them writes something else
    return { reply: { kind: 'text', text: chat.say('settings-which-zone'), keyboard }, isDone: false }
  }
  const changed = await saveSettings(chat, { [setting.name]: setting.value })
  const { text, ...message } = settingsMessage(changed)
  return { reply: { ...message, text: `✅ ${changed.say('settings-saved')}\n\n${text}` }, isDone: true }
}
