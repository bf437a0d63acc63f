import { z } from 'zod'
import { badRequest } from '../api-error.ts'
import { addDocument, addPhoto, toDocument } from '../files.ts'
import { findMessage, type MessageContent, messagesOf, receiveFromPerson } from '../messages.ts'
import { commandsFor, menuButton } from '../methods/bot.ts'
import { messageCaption, messageText } from '../methods/send.ts'
import type { StoredMessage } from '../model.ts'
import { toUser } from '../people.ts'
import { emitUpdate } from '../updates.ts'
import { webAppUrl } from '../web-app.ts'
import {
  ControlError,
  type ControlRequest,
  numberInQuery,
  parseFields,
  personInPath,
  type Route,
} from './route.ts'

const PAGE_SIZE = 200
const WAIT_LIMIT_MS = 60_000
/** How long a caller waits for the bot's answer to a button; the spinner of a Telegram client gives up in about that time. */
const CALLBACK_WAIT_MS = 15_000

const Text = z.strictObject({ text: z.string().min(1, 'must not be empty') })
const Captioned = z.strictObject({ caption: z.string().optional() })
const Press = z.strictObject({ messageId: z.int().min(1), data: z.string().min(1).max(64) })
const OpenWebApp = z.strictObject({ url: z.url() })

const contentOf = async ({ state, fields, files }: ControlRequest): Promise<MessageContent> => {
  const photo = files.get('photo')
  const document = files.get('document')
  if (photo === undefined && document === undefined) return messageText(parseFields(Text, fields).text)
  const { caption } = parseFields(Captioned, fields)
  const text = messageCaption(caption)
  if (photo !== undefined) return { photo: await addPhoto(state, photo, 'person'), ...text }
  if (document === undefined || document.bytes.length === 0) throw badRequest('file must be non-empty')
  return { document: toDocument(await addDocument(state, document)), ...text }
}

/** The message in that chat. Throws 404. */
export const messageInChat = (
  request: ControlRequest,
  personId: number,
  messageId: number,
): StoredMessage => {
  const stored = findMessage(request.state, personId, messageId)
  if (stored === undefined) throw new ControlError(404, `There is no message ${messageId} in this chat.`)
  return stored
}

const latestRevision = (messages: StoredMessage[]): number =>
  messages.reduce((latest, { revision }) => Math.max(latest, revision), 0)

const listMessages: Route['run'] = (request) => {
  const { state, query } = request
  const afterId = numberInQuery(query, 'afterId', 0, Number.MAX_SAFE_INTEGER)
  const beforeId = numberInQuery(query, 'beforeId', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  const limit = numberInQuery(query, 'limit', PAGE_SIZE, 1000)
  const all = messagesOf(state, personInPath(request).id)
  const wanted = all.filter(({ message: { message_id } }) => message_id > afterId && message_id < beforeId)
  const page = afterId > 0 ? wanted.slice(0, limit) : wanted.slice(-limit)
  return {
    messages: page.map(({ message }) => message),
    hasMore: wanted.length > page.length,
    revision: latestRevision(all),
  }
}

/** Bot messages sent or edited since: after that message, or after that revision. */
const newsOf = (request: ControlRequest, personId: number): (() => StoredMessage[]) => {
  const { state, query } = request
  const afterId = numberInQuery(query, 'afterId', 0, Number.MAX_SAFE_INTEGER)
  const since = findMessage(state, personId, afterId)?.createdRevision ?? 0
  const afterRevision = numberInQuery(query, 'afterRevision', since, Number.MAX_SAFE_INTEGER)
  return () =>
    messagesOf(state, personId).filter(
      ({ message, revision }) =>
        message.from.is_bot && revision > afterRevision && (since > 0 || message.message_id > afterId),
    )
}

const waitForBot: Route['run'] = async (request) => {
  const { state, query, signal } = request
  const { id: personId } = personInPath(request)
  const news = newsOf(request, personId)
  const timeoutMs = numberInQuery(query, 'timeoutMs', 10_000, WAIT_LIMIT_MS)
  if (news().length === 0) {
    await new Promise<void>((resolve) => {
      const finish = () => {
        cancel()
        unsubscribe()
        resolve()
      }
      const cancel = state.clock.setTimeout(finish, timeoutMs)
      const unsubscribe = state.events.subscribe((event) => {
        if (event.type !== 'settings' && event.personId === personId && news().length > 0) finish()
      })
      signal.addEventListener('abort', finish, { once: true })
    })
  }
  return {
    messages: news().map(({ message }) => message),
    revision: latestRevision(messagesOf(state, personId)),
  }
}

const pressButton: Route['run'] = async (request) => {
  const { state, fields } = request
  const { messageId, data } = parseFields(Press, fields)
  const person = personInPath(request)
  const { message } = messageInChat(request, person.id, messageId)
  if (!message.from.is_bot) throw new ControlError(400, 'Only messages of the bot have buttons.')
  const query = state.queries.open('callback', CALLBACK_WAIT_MS)
  const updateId = emitUpdate(state, 'callback_query', person.id, {
    callback_query: {
      id: query.id,
      from: toUser(person),
      message,
      chat_instance: String(person.id * 31),
      data,
    },
  })
  return { updateId, answer: await query.answer }
}

export const chatRoutes: Route[] = [
  {
    method: 'GET',
    path: '/sim/chats/:personId',
    run: (request) => {
      const person = personInPath(request)
      const { state } = request
      return {
        person,
        commands: commandsFor(state, person.languageCode ?? ''),
        menuButton: menuButton(state),
      }
    },
  },
  {
    method: 'POST',
    path: '/sim/chats/:personId/messages',
    run: async (request) => {
      const person = personInPath(request)
      if (person.blocked) throw new ControlError(409, 'This person has blocked the bot: unblock it first.')
      if (person.deactivated) throw new ControlError(409, 'The account of this person is deactivated.')
      const content = await contentOf(request)
      const current = request.state.people.get(person.id) ?? person
      const { stored, updateId } = receiveFromPerson(request.state, current, content)
      return { message: stored.message, updateId, revision: stored.revision }
    },
  },
  { method: 'GET', path: '/sim/chats/:personId/messages', run: listMessages },
  { method: 'GET', path: '/sim/chats/:personId/wait', run: waitForBot },
  { method: 'POST', path: '/sim/chats/:personId/callbacks', run: pressButton },
  {
    method: 'POST',
    path: '/sim/chats/:personId/web-app',
    run: (request) => {
      const { url } = parseFields(OpenWebApp, request.fields)
      return { url: webAppUrl(request.state, personInPath(request), url) }
    },
  },
]
