import type { InlineKeyboardMarkup, ReplyKeyboardMarkup } from '@grammyjs/types'
import { nowSeconds } from './clock.ts'
import type { ChatMessage, Person, StoredMessage } from './model.ts'
import { savePerson, toChat, toUser } from './people.ts'
import { botUser, type SimulatorState, takeNumber } from './state.ts'
import { emitUpdate } from './updates.ts'

/** What a message says: everything but who, where and when. */
export type MessageContent = Partial<
  Pick<
    ChatMessage,
    | 'text'
    | 'entities'
    | 'caption'
    | 'caption_entities'
    | 'photo'
    | 'document'
    | 'voice'
    | 'audio'
    | 'invoice'
    | 'successful_payment'
    | 'refunded_payment'
    | 'reply_markup'
    | 'reply_to_message'
    | 'web_app_data'
  >
>

const messageKey = (chatId: number, messageId: number): string => `${chatId}:${messageId}`

const nextRevision = (state: SimulatorState): number => takeNumber(state, 'revision')

/** The chat's messages in order, as the control API shows them. */
export const messagesOf = (state: SimulatorState, personId: number): StoredMessage[] =>
  state.chats.get(personId) ?? []

export const findMessage = (
  state: SimulatorState,
  chatId: number,
  messageId: number,
): StoredMessage | undefined => state.messages.get(messageKey(chatId, messageId))

const keep = (state: SimulatorState, stored: StoredMessage): void => {
  const { chat, message_id } = stored.message
  state.messages.set(messageKey(chat.id, message_id), stored)
}

type Author = 'person' | 'bot'

/** What is known about a message beside what it shows. */
type MessageFacts = Pick<StoredMessage, 'invoiceSlug' | 'uneditable'>

const addMessage = (
  state: SimulatorState,
  person: Person,
  author: Author,
  content: MessageContent,
  facts: MessageFacts = {},
): StoredMessage => {
  const message: ChatMessage = {
    message_id: takeNumber(state, `message:${person.id}`),
    from: author === 'bot' ? publicBot(state) : toUser(person),
    chat: toChat(person),
    date: nowSeconds(state.clock),
    ...content,
  }
  const revision = nextRevision(state)
  const stored: StoredMessage = { message, revision, createdRevision: revision, ...facts }
  keep(state, stored)
  const chat = state.chats.get(person.id)
  if (chat === undefined) state.chats.set(person.id, [stored])
  else chat.push(stored)
  state.events.emit({ type: 'message', personId: person.id, message, revision })
  return stored
}

const publicBot = (state: SimulatorState) => {
  const { id, is_bot, first_name, username } = botUser(state)
  return { id, is_bot, first_name, username }
}

/** A message of the person (or a service message about them): kept, shown, and sent to the bot as an update. */
export const receiveFromPerson = (
  state: SimulatorState,
  person: Person,
  content: MessageContent,
): { stored: StoredMessage; updateId: number | undefined } => {
  const { forceReply, ...answered } = person
  const isNews = !person.started || forceReply !== undefined
  const writer = isNews ? savePerson(state, { ...answered, started: true }) : person
  const stored = addMessage(state, writer, 'person', content)
  return { stored, updateId: emitUpdate(state, 'message', person.id, { message: stored.message }) }
}

/** A message of the bot. Bots get no update about what they wrote themselves. */
export const sendFromBot = (
  state: SimulatorState,
  person: Person,
  content: MessageContent,
  facts: MessageFacts = {},
): ChatMessage => addMessage(state, person, 'bot', content, facts).message

/** Replaces the message's content in place and shows the change. */
export const replaceMessage = (
  state: SimulatorState,
  stored: StoredMessage,
  message: ChatMessage,
): ChatMessage => {
  const { chat, message_id } = message
  stored.message = { ...message, edit_date: nowSeconds(state.clock) }
  stored.revision = nextRevision(state)
  keep(state, stored)
  state.events.emit({ type: 'edit', personId: chat.id, message: stored.message, revision: stored.revision })
  return findMessage(state, chat.id, message_id)?.message ?? stored.message
}

export const removeMessage = (state: SimulatorState, { message }: StoredMessage): void => {
  const { chat, message_id } = message
  state.messages.delete(messageKey(chat.id, message_id))
  const rest = messagesOf(state, chat.id).filter((other) => other.message.message_id !== message_id)
  state.chats.set(chat.id, rest)
  state.events.emit({ type: 'delete', personId: chat.id, messageId: message_id })
}

/** Shows, changes or (with undefined) takes away the keyboard under the person's input field. */
export const setReplyKeyboard = (
  state: SimulatorState,
  person: Person,
  keyboard: ReplyKeyboardMarkup | undefined,
): void => {
  const { keyboard: _old, forceReply: _asked, ...rest } = person
  savePerson(state, keyboard === undefined ? rest : { ...rest, keyboard })
}

/** Puts the person's next message in answer to that one. */
export const askForReply = (
  state: SimulatorState,
  personId: number,
  forceReply: NonNullable<Person['forceReply']>,
): void => {
  const person = state.people.get(personId)
  if (person !== undefined) savePerson(state, { ...person, forceReply })
}

/** The same message with other buttons, or none. */
export const withButtons = (message: ChatMessage, buttons: InlineKeyboardMarkup | undefined): ChatMessage => {
  const { reply_markup: _old, ...rest } = message
  return buttons === undefined ? rest : { ...rest, reply_markup: buttons }
}
