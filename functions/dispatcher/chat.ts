import type { z } from 'zod'
import { enqueueReply } from '#shared/db/jobs.ts'
import { setBlocked } from '#shared/db/users.ts'
import type { MessageArguments, MessageId } from '#shared/domain/texts/catalogue.ts'
import { text } from '#shared/domain/texts/texts.ts'
import { AppError, unavailable } from '#shared/errors.ts'
import type { FunctionCall } from '#shared/http/call.ts'
import type { Resources } from '#shared/http/resources.ts'
import { signButtons } from '#shared/telegram/button-signature.ts'
import type { OutgoingMessage } from '#shared/telegram/outgoing.ts'
import { createSender, type Sender as MessageSender } from '#shared/telegram/sender.ts'
import { screenBelow } from './keyboards.ts'
import type { Person } from './person.ts'

/** One conversation turn: who speaks, where, and how to answer. */
export type Chat = {
  resources: Resources
  person: Person
  chatId: number
  updateId: number
  requestId: string
  /** Ends what is still called for when the time for the update is over. */
  signal: AbortSignal
  /** A message of the catalogue in the person's language. */
  say: <Id extends MessageId>(
    id: Id,
    ...values: keyof MessageArguments<Id> extends never ? [] : [MessageArguments<Id>]
  ) => string
  /**
   * Sends an answer, later where Telegram does not take it now. `isPrivate` words are never written down for that: then it throws
   * AppError unavailable, and the update is delivered again.
   */
  reply: (message: OutgoingMessage, options?: { isPrivate?: boolean }) => Promise<void>
  /**
   * Calls another function for this person, with a key derived from the update: a second delivery changes nothing again. `key` in its place
   * is for what may be done once for a message, however often its button is pressed.
   */
  call: <T>(
    call: Omit<FunctionCall, 'idempotencyKey' | 'requestId' | 'signal'>,
    schema: z.ZodType<T>,
    key?: string,
  ) => Promise<T>
}

const senders = new WeakMap<Resources, MessageSender>()

/** The webhook is answered within a second or so: an answer that must wait longer for its turn is queued. */
const MAX_PACING_WAIT_MS = 1_000

/** The sender of this process. */
export const senderOf = (resources: Resources): MessageSender => {
  let sender = senders.get(resources)
  if (!sender) {
    sender = createSender({ api: resources.telegram, pacer: resources.pacer, maxWaitMs: MAX_PACING_WAIT_MS })
    senders.set(resources, sender)
  }
  return sender
}

/** Telegram does not take it now: `notify` sends it later, unless its words must not lie in a job's row. */
const sendLater = async (
  { resources, chatId, person }: Pick<Chat, 'resources' | 'chatId' | 'person'>,
  message: OutgoingMessage,
  { isPrivate, afterSeconds }: { isPrivate: boolean; afterSeconds: number },
): Promise<void> => {
  if (isPrivate) throw unavailable('Telegram does not take messages now.', undefined, afterSeconds)
  await enqueueReply(resources.sql, { userId: person.user.id, chatId, message }, afterSeconds)
  resources.wake('notify')
}

type Edit = Extract<OutgoingMessage, { kind: 'edit' | 'edit-photo' | 'edit-caption' }>

/** An edit as a message of its own. */
const anewOf = ({ messageId: _gone, ...edit }: Edit): OutgoingMessage => {
  switch (edit.kind) {
    case 'edit':
      return { ...edit, kind: 'text' }
    case 'edit-photo':
      return { ...edit, kind: 'photo' }
    case 'edit-caption':
      return { kind: 'text', text: edit.caption ?? '', keyboard: edit.keyboard }
  }
}

/** Words without a button have a way on as well: nobody is left at the end of a road. */
const withWayOn = (message: OutgoingMessage, say: Chat['say']): OutgoingMessage => {
  if (message.kind !== 'text' && message.kind !== 'edit') return message
  if (message.keyboard !== undefined || ('menu' in message && message.menu !== undefined)) return message
  return { ...message, keyboard: [[screenBelow({ say }, 'menu')]] }
}

/** Sends to the chat; a person who blocked the bot is remembered, and nothing more can be done for this update. */
const send = async (
  chat: Pick<Chat, 'resources' | 'chatId' | 'person'>,
  message: OutgoingMessage,
  isPrivate: boolean,
): Promise<void> => {
  const { resources, chatId, person } = chat
  const outcome = await senderOf(resources).send(chatId, message)
  if (outcome.ok) return
  switch (outcome.reason) {
    case 'blocked':
    case 'gone':
      return setBlocked(resources.sql, person.user.telegramId, true)
    case 'rejected':
      // the message with the button is gone, or too old to be changed: what was asked for comes as a new one
      if (message.kind === 'remove') return
      if ('messageId' in message) return send(chat, anewOf(message), isPrivate)
      throw new AppError('internal', {
        cause: new Error(`Telegram refused a message: ${outcome.description}`),
      })
    case 'rate_limited':
    case 'unavailable':
      return sendLater(chat, message, { isPrivate, afterSeconds: outcome.retryAfterSeconds ?? 1 })
  }
}

export const openChat = (options: {
  resources: Resources
  person: Person
  chatId: number
  updateId: number
  requestId: string
  signal: AbortSignal
}): Chat => {
  const { resources, person, chatId, updateId, requestId, signal } = options
  let calls = 0
  const { telegramId } = person.user
  const say: Chat['say'] = (id, ...values) => text(person.settings.language, id, ...values)
  return {
    ...options,
    say,
    reply: (message, { isPrivate = false } = {}) => {
      const whole = signButtons(withWayOn(message, say), { telegramId, sign: resources.sign })
      return send({ resources, chatId, person }, whole, isPrivate)
    },
    call: (request, schema, key) => {
      calls += 1
      const isChange = request.method !== 'GET'
      return resources.call(
        {
          ...request,
          requestId,
          signal,
          ...(isChange
            ? { idempotencyKey: key ?? `update:${updateId}:${calls}:${request.functionName}` }
            : {}),
        },
        schema,
      )
    },
  }
}

/** The same turn with other settings: whatever is said from here on is in their language. */
export const withSettings = (chat: Chat, settings: Person['settings']): Chat => ({
  ...chat,
  person: { ...chat.person, settings },
  say: (id, ...values) => text(settings.language, id, ...values),
})
