import { z } from 'zod'
import { ControlError, parseFields } from '../../simulator/control-error.ts'
import { makeVoice } from '../../speech/ogg.ts'
import { badRequest } from '../api-error.ts'
import { addDocument, addPhoto, addRecording, toAudio, toDocument, toVoice } from '../files.ts'
import { findMessage, type MessageContent, messagesOf, receiveFromPerson } from '../messages.ts'
import { commandsFor, descriptionFor, menuButton } from '../methods/bot.ts'
import { messageCaption, messageText } from '../methods/send.ts'
import type { StoredMessage } from '../model.ts'
import { toUser } from '../people.ts'
import { emitUpdate } from '../updates.ts'
import { webAppUrl } from '../web-app.ts'
import { type ControlRequest, numberInQuery, personInPath, type Route } from './route.ts'

const PAGE_SIZE = 200
const WAIT_LIMIT_MS = 60_000
/** How long a caller waits for the bot's answer to a button; the spinner of a Telegram client gives up in about that time. */
const CALLBACK_WAIT_MS = 15_000

const Text = z.strictObject({
  text: z.string().min(1, 'must not be empty'),
  /** The message that this one answers. */
  replyTo: z.int().min(1).optional(),
})
const Captioned = z.strictObject({ caption: z.string().optional() })
const Sample = z.strictObject({ words: z.string().min(1).max(8_000), seconds: z.int().min(1).max(7_200) })
const Press = z.strictObject({ messageId: z.int().min(1), data: z.string().min(1).max(64) })
const OpenWebApp = z.strictObject({ url: z.url() })
const WebAppData = z.strictObject({
  buttonText: z.string().min(1),
  data: z.string().min(1).max(4096),
})

const textOf = (request: ControlRequest): MessageContent => {
  const { text, replyTo } = parseFields(Text, request.fields)
  if (replyTo === undefined) return messageText(text)
  const { reply_to_message: _nested, ...replied } = messageInChat(
    request,
    personInPath(request).id,
    replyTo,
  ).message
  // no object fits the library's type for one level of replies under our compiler options
  const answered = { reply_to_message: replied as NonNullable<MessageContent['reply_to_message']> }
  return { ...messageText(text), ...answered }
}

const contentOf = async (request: ControlRequest): Promise<MessageContent> => {
  const { state, fields, files } = request
  const photo = files.get('photo')
  const document = files.get('document')
  const voice = files.get('voice')
  const audio = files.get('audio')
  if ([photo, document, voice, audio].every((file) => file === undefined)) return textOf(request)
  const { caption } = parseFields(Captioned, fields)
  const text = messageCaption(caption)
  if (photo !== undefined) return { photo: await addPhoto(state, photo, 'person'), ...text }
  if (voice !== undefined) return { voice: toVoice(await addRecording(state, 'voice', voice)), ...text }
  if (audio !== undefined) return { audio: toAudio(await addRecording(state, 'audio', audio)), ...text }
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

/** The person sends a message, unless nobody can send here. Throws 409. */
const speak = async (request: ControlRequest, content: () => Promise<MessageContent>) => {
  const { state } = request
  const person = personInPath(request)
  if (person.blocked) throw new ControlError(409, 'This person has blocked the bot: unblock it first.')
  if (person.deactivated) throw new ControlError(409, 'The account of this person is deactivated.')
  const said = await content()
  const { stored, updateId } = receiveFromPerson(state, state.people.get(person.id) ?? person, said)
  return { message: stored.message, updateId, revision: stored.revision }
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
        menuButton: menuButton(state, person.id),
        description: descriptionFor(state, person.languageCode ?? ''),
      }
    },
  },
  {
    method: 'POST',
    path: '/sim/chats/:personId/messages',
    run: async (request) => speak(request, () => contentOf(request)),
  },
  {
    method: 'POST',
    path: '/sim/chats/:personId/sample-voice',
    run: async (request) => {
      const sample = parseFields(Sample, request.fields)
      const upload = { bytes: makeVoice(sample), fileName: 'voice.ogg', mimeType: 'audio/ogg' }
      return speak(request, async () => ({
        voice: toVoice(await addRecording(request.state, 'voice', upload)),
      }))
    },
  },
  { method: 'GET', path: '/sim/chats/:personId/messages', run: listMessages },
  { method: 'GET', path: '/sim/chats/:personId/wait', run: waitForBot },
  { method: 'POST', path: '/sim/chats/:personId/callbacks', run: pressButton },
  {
    method: 'POST',
    path: '/sim/chats/:personId/web-app-data',
    run: (request) => {
      const { buttonText, data } = parseFields(WebAppData, request.fields)
      return speak(request, async () => ({ web_app_data: { button_text: buttonText, data } }))
    },
  },
  {
    method: 'POST',
    path: '/sim/chats/:personId/web-app',
    run: (request) => {
      const { url } = parseFields(OpenWebApp, request.fields)
      return { url: webAppUrl(request.state, personInPath(request), url) }
    },
  },
]
