import { strict as assert } from 'node:assert'

export type ChatMessage = {
  message_id: number
  from: { is_bot: boolean }
  text?: string
  caption?: string
  photo?: unknown[]
  invoice?: { title: string; total_amount: number; currency: string }
  reply_markup?: { inline_keyboard?: { text: string; callback_data?: string }[][] }
}

const REPLY_TIMEOUT_MS = 20_000

/** One person's chat with the bot through the simulator's control API, printed line by line. */
export type Conversation = {
  personId: number
  /** Sends words and gives the bot's next message. */
  say: (text: string) => Promise<ChatMessage>
  sendFile: (
    kind: 'photo' | 'document',
    name: string,
    type: string,
    bytes: Uint8Array,
  ) => Promise<ChatMessage>
  /** Presses the first button whose words contain `label`. */
  press: (message: ChatMessage, label: string) => Promise<ChatMessage>
  pay: (message: ChatMessage) => Promise<ChatMessage>
}

const describe = (message: ChatMessage): string => {
  const words = message.text ?? message.caption ?? ''
  if (message.invoice)
    return `[invoice: ${message.invoice.title}, ${message.invoice.total_amount} ${message.invoice.currency}]`
  return message.photo ? `[photo] ${words}` : words
}

const indent = (text: string): string => text.trim().replaceAll('\n', '\n           ')

/** Opens a new person's chat. */
export const openConversation = async (
  base: string,
  person: { firstName: string; languageCode: string },
  print: (line: string) => void,
): Promise<Conversation> => {
  const request = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
    const response = await fetch(`${base}${path}`, {
      ...init,
      signal: AbortSignal.timeout(REPLY_TIMEOUT_MS + 5_000),
    })
    const body = (await response.json()) as T
    assert(response.ok, `the simulator answered ${response.status} to ${path}: ${JSON.stringify(body)}`)
    return body
  }
  const post = <T>(path: string, body: unknown): Promise<T> =>
    request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  const { person: made } = await post<{ person: { id: number } }>('/sim/people', person)
  const chat = `/sim/chats/${made.id}`

  const revision = async (): Promise<number> =>
    (await request<{ revision: number }>(`${chat}/messages?limit=1`)).revision

  const answerAfter = async (since: number): Promise<ChatMessage> => {
    const { messages } = await request<{ messages: ChatMessage[] }>(
      `${chat}/wait?afterRevision=${since}&timeoutMs=${REPLY_TIMEOUT_MS}`,
    )
    const answer = messages.at(-1)
    assert(answer, `the bot did not answer within ${REPLY_TIMEOUT_MS / 1000} s`)
    print(`  bot   >  ${indent(describe(answer))}`)
    return answer
  }
  const spoken = (words: string): void => print(`  ${person.firstName.padEnd(5)} >  ${words}`)

  return {
    personId: made.id,
    say: async (text) => {
      spoken(text)
      const since = await revision()
      await post(`${chat}/messages`, { text })
      return answerAfter(since)
    },
    sendFile: async (kind, name, type, bytes) => {
      spoken(`[${kind}: ${name}, ${bytes.length} bytes]`)
      const since = await revision()
      const form = new FormData()
      form.set(kind, new File([new Uint8Array(bytes)], name, { type }))
      await request(`${chat}/messages`, { method: 'POST', body: form })
      return answerAfter(since)
    },
    press: async (message, label) => {
      const button = message.reply_markup?.inline_keyboard?.flat().find(({ text }) => text.includes(label))
      assert(button?.callback_data, `the bot's message has no button "${label}"`)
      spoken(`[presses "${button.text}"]`)
      const since = await revision()
      await post(`${chat}/callbacks`, { messageId: message.message_id, data: button.callback_data })
      return answerAfter(since)
    },
    pay: async (message) => {
      spoken('[pays]')
      const since = await revision()
      const { outcome } = await post<{ outcome: string }>(`${chat}/payments`, {
        messageId: message.message_id,
      })
      assert.equal(outcome, 'paid', `the payment ended as "${outcome}"`)
      return answerAfter(since)
    },
  }
}
