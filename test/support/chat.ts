import { randomInt } from 'node:crypto'
import { signButtons } from '#shared/telegram/button-signature.ts'
import { type ChatMessage, type Conversation, openConversation } from '../../local/demo/conversation.ts'
import type { House } from './house.ts'

export type Update = { update_id: number } & Record<string, unknown>

/** Update ids far apart from the simulator's own. */
let nextUpdateId = randomInt(2 ** 40, 2 ** 41)

/** An update of its own id around some content, as Telegram would post it. */
export const updateOf = (content: Record<string, unknown>): Update => {
  nextUpdateId += 1
  return { update_id: nextUpdateId, ...content }
}

/** A private message of a person. */
export const messageFrom = (
  personId: number,
  content: Record<string, unknown>,
  languageCode = 'en',
): Update =>
  updateOf({
    message: {
      message_id: randomInt(1, 2 ** 30),
      date: 1_790_000_000,
      chat: { id: personId, type: 'private', first_name: 'Test' },
      from: { id: personId, is_bot: false, first_name: 'Test', language_code: languageCode },
      ...content,
    },
  })

/** Posts to the webhook as Telegram does. */
export const postUpdate = (
  house: House,
  body: unknown,
  secret: string | null = house.webhook.secret,
): Promise<Response> =>
  fetch(house.webhook.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(secret === null ? {} : { 'x-telegram-bot-api-secret-token': secret }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

const simBase = (house: House): string => new URL(house.sim.pageUrl).origin

/** Lets the simulator deliver to this house's dispatcher. */
export const connectWebhook = async (house: House): Promise<void> => {
  const response = await fetch(`${house.sim.apiRoot}/bot${house.sim.token}/setWebhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      url: house.webhook.url,
      secret_token: house.webhook.secret,
      allowed_updates: [
        'message',
        'edited_message',
        'callback_query',
        'pre_checkout_query',
        'my_chat_member',
      ],
    }),
  })
  if (!response.ok) throw new Error(`setWebhook answered ${response.status}`)
}

/** A person of the simulator with an open chat. */
export const meet = (house: House, languageCode: 'ru' | 'en' = 'en'): Promise<Conversation> =>
  openConversation(
    simBase(house),
    { firstName: languageCode === 'ru' ? 'Аня' : 'Anna', languageCode },
    () => undefined,
  )

/** The words of all buttons under a message. */
export const labelsOf = (message: ChatMessage): string[] =>
  message.reply_markup?.inline_keyboard?.flat().map((button) => button.text) ?? []

/** A message's words without its markup, which Telegram keeps apart from them. */
export const plainText = (html: string): string => html.replace(/<[^>]+>/g, '')

/** All messages of a chat, oldest first. */
const messagesOf = async (house: House, personId: number): Promise<ChatMessage[]> => {
  const response = await fetch(`${simBase(house)}/sim/chats/${personId}/messages?limit=1000`)
  const { messages } = (await response.json()) as { messages: ChatMessage[] }
  return messages
}

/** The bot's messages in a chat. */
export const answersOf = async (house: House, personId: number): Promise<ChatMessage[]> =>
  (await messagesOf(house, personId)).filter(({ from }) => from.is_bot)

/** A button's data as the bot would have sent it to this person, whatever signature it has already. */
export const signedFor = (house: House, telegramId: number, data: string): string => {
  const { sign } = house.resourcesOf('dispatcher')
  const [plain = ''] = data.split('~')
  const message = { kind: 'text' as const, text: 'x', keyboard: [[{ text: 'x', data: plain }]] }
  const [button] = signButtons(message, { telegramId, sign }).keyboard.flat()
  return button?.data ?? ''
}
