import { z } from 'zod'
import type { StackDescription } from '../../../local/stack-file.ts'
import { type Answer, request } from './caller.ts'

const ANSWER_TIMEOUT_MS = 25_000

const Person = z.looseObject({ person: z.looseObject({ id: z.int() }) })
const Sent = z.looseObject({ updateId: z.int(), revision: z.int() })
const Messages = z.looseObject({
  messages: z.array(
    z.looseObject({ from: z.looseObject({ is_bot: z.boolean() }), text: z.string().optional() }),
  ),
})

/** Posts an update to the webhook as Telegram does. */
export const postUpdate = (stack: StackDescription, update: unknown, headers = {}): Promise<Answer> =>
  request(stack.webhook.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-telegram-bot-api-secret-token': stack.webhook.secret,
      ...headers,
    },
    body: typeof update === 'string' ? update : JSON.stringify(update),
  })

const control = async (stack: StackDescription, path: string, body?: unknown): Promise<unknown> => {
  const url = new URL(path, stack.telegram.page ?? '').href
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
  const answer = await request(url, body === undefined ? {} : init)
  if (answer.status !== 200) throw new Error(`The simulator answered ${answer.status}: ${answer.text}`)
  return answer.json
}

/** A new person of the simulator. */
export const makePerson = async (stack: StackDescription): Promise<number> =>
  Person.parse(await control(stack, '/sim/people', { firstName: 'Anna', languageCode: 'en' })).person.id

/** Writes to the bot, and waits for what it says. */
export const say = async (
  stack: StackDescription,
  personId: number,
  text: string,
): Promise<{ updateId: number; answer: string }> => {
  const chat = `/sim/chats/${personId}`
  const { updateId, revision } = Sent.parse(await control(stack, `${chat}/messages`, { text }))
  const wait = `${chat}/wait?afterRevision=${revision}&timeoutMs=${ANSWER_TIMEOUT_MS}`
  const { messages } = Messages.parse(await control(stack, wait))
  return { updateId, answer: messages.map((message) => message.text ?? '').join('\n') }
}

/** What the bot has said to that person so far. */
export const answersIn = async (stack: StackDescription, personId: number): Promise<string[]> => {
  const { messages } = Messages.parse(await control(stack, `/sim/chats/${personId}/messages`))
  return messages.filter(({ from }) => from.is_bot).map(({ text }) => text ?? '')
}
