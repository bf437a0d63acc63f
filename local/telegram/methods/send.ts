import type { MessageEntity } from '@grammyjs/types'
import { z } from 'zod'
import { badRequest } from '../api-error.ts'
import {
  applyReplyKeyboard,
  forceReplyOf,
  inlineKeyboardOf,
  makesUneditable,
  ReplyMarkup,
} from '../markup.ts'
import { askForReply, findMessage, type MessageContent, sendFromBot } from '../messages.ts'
import type { AnyReplyMarkup, ChatMessage, Person } from '../model.ts'
import { omitUndefined } from '../omit-undefined.ts'
import { reachablePerson } from '../people.ts'
import { CAPTION_LIMIT, TEXT_LIMIT, toRichText } from '../rich-text.ts'
import type { SimulatorState } from '../state.ts'
import { ChatId, defineMethod, Flag, fromForm, Integer } from './define.ts'
import { countSend } from './limits.ts'

export const Entities = fromForm(
  z.array(
    z.custom<MessageEntity>(
      (value) =>
        z.looseObject({ type: z.string(), offset: z.int().min(0), length: z.int().min(1) }).safeParse(value)
          .success,
    ),
  ),
)

/** Fields that every send method has. */
export const SendTarget = z.object({
  chat_id: ChatId,
  reply_markup: fromForm(ReplyMarkup).optional(),
  reply_parameters: fromForm(
    z.looseObject({ message_id: z.int(), allow_sending_without_reply: z.boolean().optional() }),
  ).optional(),
  reply_to_message_id: Integer.optional(),
  disable_notification: Flag.optional(),
})

type Target = z.output<typeof SendTarget>

const repliedTo = (state: SimulatorState, person: Person, target: Target): MessageContent => {
  const messageId = target.reply_parameters?.message_id ?? target.reply_to_message_id
  if (messageId === undefined) return {}
  const found = findMessage(state, person.id, messageId)
  if (found === undefined) {
    if (target.reply_parameters?.allow_sending_without_reply === true) return {}
    throw badRequest('message to be replied not found')
  }
  // Telegram shows one level of replies only. No object fits the library's type for that under our compiler options.
  const { reply_to_message: _nested, ...message } = found.message
  return { reply_to_message: message as NonNullable<ChatMessage['reply_to_message']> }
}

/** Finds the chat, applies the markup and sends. Throws Telegram's 400, 403 and 429. */
export const sendContent = (
  state: SimulatorState,
  target: Target,
  content: MessageContent,
  options: { invoiceSlug?: string; buttons?: AnyReplyMarkup } = {},
): ChatMessage => {
  const person = reachablePerson(state, target.chat_id)
  const markup = options.buttons ?? target.reply_markup
  const reply_markup = inlineKeyboardOf(markup)
  const reply = repliedTo(state, person, target)
  countSend(state, person.id)
  applyReplyKeyboard(state, person, markup)
  const buttons: MessageContent = reply_markup === undefined ? {} : { reply_markup }
  const sent = sendFromBot(
    state,
    person,
    { ...content, ...reply, ...buttons },
    {
      ...(options.invoiceSlug === undefined ? {} : { invoiceSlug: options.invoiceSlug }),
      ...(makesUneditable(markup) ? { uneditable: true } : {}),
    },
  )
  const forced = forceReplyOf(markup)
  if (forced !== undefined) {
    const placeholder = omitUndefined({ placeholder: forced.input_field_placeholder })
    askForReply(state, person.id, { messageId: sent.message_id, ...placeholder })
  }
  return sent
}

/** The text and entities of a message. Throws Telegram's 400 for empty, too long and badly marked up text. */
export const messageText = (source: string, parseMode?: string, given?: MessageEntity[]): MessageContent => {
  const { text, entities } = toRichText(source, parseMode, given)
  if (text === '') throw badRequest('message text is empty')
  if (text.length > TEXT_LIMIT) throw badRequest('message is too long')
  return entities.length === 0 ? { text } : { text, entities }
}

/** The caption of a photo or document, if there is one. */
export const messageCaption = (source: string | undefined, parseMode?: string): MessageContent => {
  const { text, entities } = toRichText(source ?? '', parseMode)
  if (text.length > CAPTION_LIMIT) throw badRequest('message caption is too long')
  if (text === '') return {}
  return entities.length === 0 ? { caption: text } : { caption: text, caption_entities: entities }
}

export const sendMethods = {
  sendMessage: defineMethod(
    SendTarget.extend({
      text: z.coerce.string().default(''),
      parse_mode: z.string().optional(),
      entities: Entities.optional(),
    }),
    ({ text, parse_mode, entities, ...target }, { state }) =>
      sendContent(state, target, messageText(text, parse_mode, entities)),
  ),

  sendChatAction: defineMethod(
    z.object({
      chat_id: ChatId,
      action: z.string().regex(/^(typing|(upload|record)_\w+|choose_sticker|find_location)$/),
    }),
    ({ chat_id, action }, { state }) => {
      const { id: personId } = reachablePerson(state, chat_id)
      state.events.emit({ type: 'action', personId, action })
      return true
    },
  ),
}
