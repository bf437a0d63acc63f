import { type Api, InputFile } from 'grammy/web'
import { classifyTelegramError } from './errors.ts'
import type { Button, Keyboard, OutgoingMessage } from './outgoing.ts'
import { splitHtml } from './split-html.ts'

const toTelegramButton = (button: Button) => {
  if ('data' in button) return { text: button.text, callback_data: button.data }
  if ('url' in button) return { text: button.text, url: button.url }
  if ('webApp' in button) return { text: button.text, web_app: { url: button.webApp } }
  return { text: button.text, pay: true as const }
}

const markupOf = (keyboard: Keyboard | undefined) =>
  keyboard === undefined
    ? {}
    : { reply_markup: { inline_keyboard: keyboard.map((row) => row.map(toTelegramButton)) } }

const captionOf = (caption: string | undefined) =>
  caption === undefined ? {} : { caption, parse_mode: 'HTML' as const }

/** One call of the Bot API, giving the id of the message. */
export type Call = () => Promise<number>

const textCalls = (
  api: Api,
  chatId: number,
  { text, keyboard, editId }: { text: string; keyboard: Keyboard | undefined; editId?: number },
): Call[] => {
  const parts = splitHtml(text)
  return parts.map((part, index) => {
    const other = {
      parse_mode: 'HTML' as const,
      link_preview_options: { is_disabled: true },
      ...(index === parts.length - 1 ? markupOf(keyboard) : {}),
    }
    if (editId === undefined || index > 0) {
      return async () => (await api.sendMessage(chatId, part, other)).message_id
    }
    return async () => {
      try {
        await api.editMessageText(chatId, editId, part, other)
      } catch (error) {
        if (classifyTelegramError(error).kind !== 'not_modified') throw error
      }
      return editId
    }
  })
}

/**
 * The calls that send a message, to be made in order: several where a text is longer than Telegram takes. An edit that
 * changes nothing has done what was asked. Each call throws what the Bot API client throws.
 */
export const callsFor = (
  api: Api,
  chatId: number,
  message: OutgoingMessage,
  providerToken: string,
): Call[] => {
  const markup = markupOf(message.keyboard)
  switch (message.kind) {
    case 'text':
      return textCalls(api, chatId, { text: message.text, keyboard: message.keyboard })
    case 'edit':
      return textCalls(api, chatId, {
        text: message.text,
        keyboard: message.keyboard,
        editId: message.messageId,
      })
    case 'photo': {
      const { bytes = '', fileId } = message
      const photo = fileId ?? new InputFile(Buffer.from(bytes, 'base64'), 'photo.jpg')
      const other = { ...captionOf(message.caption), ...markup }
      return [async () => (await api.sendPhoto(chatId, photo, other)).message_id]
    }
    case 'document': {
      const file = new InputFile(Buffer.from(message.bytes, 'base64'), message.filename)
      const other = { ...captionOf(message.caption), ...markup }
      return [async () => (await api.sendDocument(chatId, file, other)).message_id]
    }
    case 'invoice': {
      const { title, description, payload, currency, label, amount } = message
      const other = { provider_token: currency === 'XTR' ? '' : providerToken, ...markup }
      const prices = [{ label, amount }]
      return [
        async () =>
          (await api.sendInvoice(chatId, title, description, payload, currency, prices, other)).message_id,
      ]
    }
  }
}
