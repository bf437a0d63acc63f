import { z } from 'zod'
import { cleanText } from './clean-text.ts'

// Only what the bot reads, and only ids are insisted on: Telegram adds fields at any time, and an update that is refused
// for a field nobody needs would be lost. `z.int()` is a safe integer, so ids (52 bits, chats negative) are exact.

const text = z.string().transform(cleanText)
const count = z.int().nonnegative()

export const telegramUserSchema = z.looseObject({
  id: z.int().positive(),
  is_bot: z.boolean().optional(),
  first_name: text.optional(),
  username: text.optional(),
  language_code: text.optional(),
})
export type TelegramUser = z.infer<typeof telegramUserSchema>

const chatSchema = z.looseObject({ id: z.int(), type: z.string().optional() })

const fileSchema = z.looseObject({
  file_id: z.string().min(1),
  file_unique_id: z.string().optional(),
  file_size: count.optional(),
  mime_type: z.string().optional(),
})

/** `total_amount` is in the currency's smallest unit; Stars are whole. The payload is absent where it is not UTF-8. */
const paymentSchema = z.looseObject({
  currency: z.string().min(1),
  total_amount: count,
  invoice_payload: text.optional(),
  telegram_payment_charge_id: z.string().min(1),
  provider_payment_charge_id: z.string().optional(),
})

const successfulPaymentSchema = paymentSchema.extend({
  subscription_expiration_date: z.int().optional(),
  is_recurring: z.boolean().optional(),
  is_first_recurring: z.boolean().optional(),
})

/** Voice messages, audio and video notes; the sender's app says how many seconds they last. */
const recordingSchema = fileSchema.extend({ duration: count.optional() })

/** What a message says, whether it comes as itself or as what another one answers. */
const content = {
  text: text.optional(),
  caption: text.optional(),
  photo: z.array(fileSchema.extend({ width: count.optional(), height: count.optional() })).optional(),
  document: fileSchema.extend({ file_name: text.optional() }).optional(),
  voice: recordingSchema.optional(),
  audio: recordingSchema.extend({ file_name: text.optional(), title: text.optional() }).optional(),
  video_note: recordingSchema.optional(),
  video: fileSchema.optional(),
}

/** The message that another one answers. Whatever it is, it keeps no update from being read. */
const repliedSchema = z
  .looseObject({ message_id: z.int(), from: z.looseObject({ id: z.int() }).optional(), ...content })
  .optional()
  .catch(undefined)
export type RepliedMessage = NonNullable<z.infer<typeof repliedSchema>>

export const telegramMessageSchema = z.looseObject({
  message_id: z.int(),
  date: z.int().optional(),
  chat: chatSchema,
  from: telegramUserSchema.optional(),
  ...content,
  reply_to_message: repliedSchema,
  successful_payment: successfulPaymentSchema.optional(),
  refunded_payment: paymentSchema.optional(),
})
export type TelegramMessage = z.infer<typeof telegramMessageSchema>

export const callbackQuerySchema = z.looseObject({
  id: z.string().min(1),
  from: telegramUserSchema,
  message: z
    .looseObject({
      message_id: z.int(),
      chat: chatSchema,
      reply_to_message: repliedSchema,
      /** Words cannot take the place of a photo, nor a photo that of words. */
      photo: z.array(z.unknown()).optional(),
    })
    .optional(),
  data: text.optional(),
})
export type TelegramCallbackQuery = z.infer<typeof callbackQuerySchema>

export const preCheckoutQuerySchema = z.looseObject({
  id: z.string().min(1),
  from: telegramUserSchema,
  currency: z.string().min(1),
  total_amount: count,
  invoice_payload: text.optional(),
})
export type TelegramPreCheckoutQuery = z.infer<typeof preCheckoutQuerySchema>

const myChatMemberSchema = z.looseObject({
  chat: chatSchema,
  from: telegramUserSchema,
  new_chat_member: z.looseObject({ status: z.string() }),
})

export type TelegramUpdate =
  | {
      kind: 'message'
      updateId: number
      chatId: number
      from: TelegramUser | undefined
      message: TelegramMessage
    }
  /** Somebody has changed a message of theirs. */
  | {
      kind: 'edited_message'
      updateId: number
      chatId: number
      from: TelegramUser | undefined
      message: TelegramMessage
    }
  | {
      kind: 'callback_query'
      updateId: number
      chatId: number | undefined
      from: TelegramUser
      callbackQuery: TelegramCallbackQuery
    }
  | {
      kind: 'pre_checkout_query'
      updateId: number
      from: TelegramUser
      preCheckoutQuery: TelegramPreCheckoutQuery
    }
  /** `status` of the bot in the chat: 'kicked' when a person blocked it, 'member' when unblocked. */
  | { kind: 'my_chat_member'; updateId: number; chatId: number; from: TelegramUser; status: string }
  /** Of a kind that the bot does not read. */
  | { kind: 'unknown'; updateId: number }
  /** Of a known kind, but not of its shape: to be looked at, for it may be a payment. `problem` names fields, no values. */
  | { kind: 'malformed'; updateId: number; problem: string }

const envelopeSchema = z.looseObject({ update_id: z.int().nonnegative() })

const describe = (of: string, error: z.ZodError): string =>
  error.issues
    .slice(0, 5)
    .map(({ path, code }) => `${[of, ...path].join('.')}: ${code}`)
    .join('; ')

const READERS: Readonly<Record<string, (content: unknown, updateId: number) => TelegramUpdate | z.ZodError>> =
  {
    message: (content, updateId) => {
      const { data, error } = telegramMessageSchema.safeParse(content)
      if (data === undefined) return error
      return { kind: 'message', updateId, chatId: data.chat.id, from: data.from, message: data }
    },
    edited_message: (content, updateId) => {
      const { data } = telegramMessageSchema.safeParse(content)
      // nothing is done with it anyway
      if (data === undefined) return { kind: 'unknown', updateId }
      return { kind: 'edited_message', updateId, chatId: data.chat.id, from: data.from, message: data }
    },
    callback_query: (content, updateId) => {
      const { data, error } = callbackQuerySchema.safeParse(content)
      if (data === undefined) return error
      return {
        kind: 'callback_query',
        updateId,
        chatId: data.message?.chat.id,
        from: data.from,
        callbackQuery: data,
      }
    },
    pre_checkout_query: (content, updateId) => {
      const { data, error } = preCheckoutQuerySchema.safeParse(content)
      if (data === undefined) return error
      return { kind: 'pre_checkout_query', updateId, from: data.from, preCheckoutQuery: data }
    },
    my_chat_member: (content, updateId) => {
      const { data, error } = myChatMemberSchema.safeParse(content)
      if (data === undefined) return error
      const { chat, from, new_chat_member } = data
      return { kind: 'my_chat_member', updateId, chatId: chat.id, from, status: new_chat_member.status }
    },
  }

/** Reads an update's JSON. Undefined when it is none: no object, or without an `update_id` that is a safe integer >= 0. */
export const parseUpdate = (json: unknown): TelegramUpdate | undefined => {
  const envelope = envelopeSchema.safeParse(json)
  if (!envelope.success) return undefined
  const { update_id: updateId, ...contents } = envelope.data
  for (const [name, read] of Object.entries(READERS)) {
    const content = contents[name]
    if (content === undefined) continue
    const update = read(content, updateId)
    return update instanceof z.ZodError
      ? { kind: 'malformed', updateId, problem: describe(name, update) }
      : update
  }
  return { kind: 'unknown', updateId }
}
