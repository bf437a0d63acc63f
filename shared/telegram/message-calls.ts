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

const menuOf = (menu: string[][] | undefined) =>
  menu === undefined
    ? {}
    : {
        reply_markup: {
          keyboard: menu.map((row) => row.map((text) => ({ text }))),
          is_persistent: true,
          resize_keyboard: true,
        },
      }

const captionOf = (caption: string | undefined) =>
  caption === undefined ? {} : { caption, parse_mode: 'HTML' as const }

/** One call of the Bot API, giving the id of the message. */
export type Call = () => Promise<number>

/** An edit that changes nothing has done what was asked. */
const edited =
  (messageId: number, edit: () => Promise<unknown>): Call =>
  async () => {
    try {
      await edit()
    } catch (error) {
      if (classifyTelegramError(error).kind !== 'not_modified') throw error
    }
    return messageId
  }

const photoFile = (base64: string): InputFile => new InputFile(Buffer.from(base64, 'base64'), 'photo.jpg')

const textCalls = (
  api: Api,
  chatId: number,
  {
    text,
    keyboard,
    menu,
    editId,
    replyTo,
  }: {
    text: string
    keyboard: Keyboard | undefined
    menu?: string[][] | undefined
    editId?: number
    replyTo?: number | undefined
  },
): Call[] => {
  const parts = splitHtml(text)
  return parts.map((part, index) => {
    const other = {
      parse_mode: 'HTML' as const,
      link_preview_options: { is_disabled: true },
      ...(index === parts.length - 1 ? markupOf(keyboard) : {}),
    }
    if (editId === undefined || index > 0) {
      // each part: buttons stand under the last
      const reply =
        replyTo === undefined
          ? {}
          : { reply_parameters: { message_id: replyTo, allow_sending_without_reply: true } }
      const under = index === parts.length - 1 ? menuOf(menu) : {}
      return async () => (await api.sendMessage(chatId, part, { ...other, ...under, ...reply })).message_id
    }
    return edited(editId, () => api.editMessageText(chatId, editId, part, other))
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
      return textCalls(api, chatId, {
        text: message.text,
        keyboard: message.keyboard,
        menu: message.menu,
        replyTo: message.replyTo,
      })
    case 'edit':
      return textCalls(api, chatId, {
        text: message.text,
        keyboard: message.keyboard,
        editId: message.messageId,
      })
    case 'photo': {
      const { bytes = '', fileId } = message
      const photo = fileId ?? photoFile(bytes)
      const other = { ...captionOf(message.caption), ...markup }
      return [async () => (await api.sendPhoto(chatId, photo, other)).message_id]
    }
    case 'edit-photo': {
      const { messageId, bytes } = message
      const media = { type: 'photo' as const, media: photoFile(bytes), ...captionOf(message.caption) }
      return [edited(messageId, () => api.editMessageMedia(chatId, messageId, media, markup))]
    }
    case 'edit-caption': {
      const { messageId } = message
      const other = { ...captionOf(message.caption), ...markup }
      return [edited(messageId, () => api.editMessageCaption(chatId, messageId, other))]
    }
    case 'remove':
      return [edited(message.messageId, () => api.deleteMessage(chatId, message.messageId))]
    case 'document': {
      // grammY writes the name as it is, and without quotes it ends at the first space
      const file = new InputFile(Buffer.from(message.bytes, 'base64'), `"${message.filename}"`)
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
