import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { badRequest } from '../api-error.ts'
import { editedKeyboardOf, ReplyMarkup } from '../markup.ts'
import { findMessage, removeMessage, replaceMessage, withButtons } from '../messages.ts'
import type { ChatMessage, StoredMessage } from '../model.ts'
import { reachablePerson } from '../people.ts'
import type { SimulatorState } from '../state.ts'
import { ChatId, defineMethod, fromForm, Integer } from './define.ts'
import { Entities, messageCaption, messageText } from './send.ts'

/** Which message an edit is of, and its buttons from now on. */
export const EditTarget = z.object({
  chat_id: ChatId,
  message_id: Integer,
  reply_markup: fromForm(ReplyMarkup).optional(),
})

const NOT_MODIFIED =
  'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message'

/** The bot's message. Throws Telegram's 400. */
export const ownMessage = (state: SimulatorState, target: z.output<typeof EditTarget>): StoredMessage => {
  const person = reachablePerson(state, target.chat_id)
  const stored = findMessage(state, person.id, target.message_id)
  if (stored === undefined) throw badRequest('message to edit not found')
  if (!stored.message.from.is_bot || stored.uneditable) throw badRequest("message can't be edited")
  return stored
}

/** Puts the new message in place. Throws Telegram's 400 where nothing changes. */
export const applyEdit = (state: SimulatorState, stored: StoredMessage, edited: ChatMessage): ChatMessage => {
  const { edit_date: _old, ...current } = stored.message
  const { edit_date: _new, ...wanted } = edited
  if (isDeepStrictEqual(current, wanted)) throw badRequest(NOT_MODIFIED)
  return replaceMessage(state, stored, edited)
}

export const editMethods = {
  editMessageText: defineMethod(
    EditTarget.extend({
      text: z.coerce.string().default(''),
      parse_mode: z.string().optional(),
      entities: Entities.optional(),
    }),
    (params, { state }) => {
      const stored = ownMessage(state, params)
      if (stored.message.text === undefined) throw badRequest('there is no text in the message to edit')
      const { text: _text, entities: _entities, ...rest } = stored.message
      const content = messageText(params.text, params.parse_mode, params.entities)
      return applyEdit(
        state,
        stored,
        withButtons({ ...rest, ...content }, editedKeyboardOf(params.reply_markup)),
      )
    },
  ),

  editMessageCaption: defineMethod(
    EditTarget.extend({ caption: z.string().optional(), parse_mode: z.string().optional() }),
    (params, { state }) => {
      const stored = ownMessage(state, params)
      const { caption: _caption, caption_entities: _entities, ...rest } = stored.message
      if (rest.photo === undefined && rest.document === undefined) {
        throw badRequest('there is no caption in the message to edit')
      }
      const content = messageCaption(params.caption, params.parse_mode)
      return applyEdit(
        state,
        stored,
        withButtons({ ...rest, ...content }, editedKeyboardOf(params.reply_markup)),
      )
    },
  ),

  editMessageReplyMarkup: defineMethod(EditTarget, (params, { state }) => {
    const stored = ownMessage(state, params)
    return applyEdit(state, stored, withButtons(stored.message, editedKeyboardOf(params.reply_markup)))
  }),

  deleteMessages: defineMethod(
    z.object({ chat_id: ChatId, message_ids: fromForm(z.array(z.int()).min(1).max(100)) }),
    (params, { state }) => {
      const person = reachablePerson(state, params.chat_id)
      const found = params.message_ids.flatMap((id) => findMessage(state, person.id, id) ?? [])
      for (const stored of found) removeMessage(state, stored)
      return true
    },
  ),

  deleteMessage: defineMethod(z.object({ chat_id: ChatId, message_id: Integer }), (params, { state }) => {
    const person = reachablePerson(state, params.chat_id)
    const stored = findMessage(state, person.id, params.message_id)
    if (stored === undefined) throw badRequest('message to delete not found')
    removeMessage(state, stored)
    return true
  }),
}
