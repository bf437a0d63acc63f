import { strict as assert } from 'node:assert'

export type ChatMessage = {
  message_id: number
  from: { is_bot: boolean }
  text?: string
  caption?: string
  photo?: unknown[]
  invoice?: { title: string; total_amount: number; currency: string }
  reply_markup?: { inline_keyboard?: { text: string; callback_data?: string; url?: string }[][] }
}

const REPLY_TIMEOUT_MS = 20_000
/** What the bot tells of itself may have to wait for the schedule, which comes by each minute. */
const NOTICE_TIMEOUT_MS = 75_000

/** Whether a message of the bot is the one that is waited for. */
type Fits = (message: ChatMessage) => boolean

/** Who begins with anything but /start is told of the terms beside the answer: that is not what was asked for. */
const isAside = ({ text = '' }: ChatMessage): boolean => /^(By going on|Продолжая)/.test(text)

/** One person's chat with the bot through the simulator's control API, printed line by line. */
export type Conversation = {
  personId: number
  /** Sends words; gives the answer that `fits` (the bot's next message unless said). */
  say: (text: string, fits?: Fits) => Promise<ChatMessage>
  sendFile: (
    kind: 'photo' | 'document' | 'voice' | 'audio',
    name: string,
    type: string,
    bytes: Uint8Array,
  ) => Promise<ChatMessage>
  /** Presses the first button whose words contain `label`; gives the answer that `fits` (the bot's next message unless said). */
  press: (message: ChatMessage, label: string, fits?: Fits) => Promise<ChatMessage>
  pay: (message: ChatMessage) => Promise<ChatMessage>
  /** Opens Telegram's invoice behind the first button with an address, and pays it. */
  payLink: (message: ChatMessage) => Promise<ChatMessage>
  /** The address of the first button that has one. */
  linkIn: (message: ChatMessage) => string
  /** Does something outside the chat and waits for the bot's message that `fits`. */
  awaitMessage: (action: () => Promise<unknown>, fits?: Fits) => Promise<ChatMessage>
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

  const answerAfter = async (
    since: number,
    fits: Fits = (message) => !isAside(message),
    patienceMs = REPLY_TIMEOUT_MS,
  ): Promise<ChatMessage> => {
    let seen = since
    const deadline = Date.now() + patienceMs
    while (Date.now() < deadline) {
      const waitMs = Math.min(REPLY_TIMEOUT_MS, Math.max(1, deadline - Date.now()))
      const { messages, revision: latest } = await request<{ messages: ChatMessage[]; revision: number }>(
        `${chat}/wait?afterRevision=${seen}&timeoutMs=${waitMs}`,
      )
      for (const message of messages) print(`  bot   >  ${indent(describe(message))}`)
      const answer = messages.findLast(fits)
      if (answer) return answer
      seen = latest
    }
    return assert.fail(`the bot did not answer within ${patienceMs / 1000} s`)
  }
  const linkIn = (message: ChatMessage): string => {
    const url = message.reply_markup?.inline_keyboard?.flat().find((button) => button.url)?.url
    assert(url, "the bot's message has no button with an address")
    return url
  }
  const payInvoice = async (
    invoice: { messageId: number } | { invoiceLink: string },
  ): Promise<ChatMessage> => {
    const since = await revision()
    const { outcome } = await post<{ outcome: string }>(`${chat}/payments`, invoice)
    assert.equal(outcome, 'paid', `the payment ended as "${outcome}"`)
    return answerAfter(since, undefined, NOTICE_TIMEOUT_MS)
  }
  const spoken = (words: string): void => print(`  ${person.firstName.padEnd(5)} >  ${words}`)

  return {
    personId: made.id,
    say: async (text, fits) => {
      spoken(text)
      const since = await revision()
      await post(`${chat}/messages`, { text })
      return answerAfter(since, fits)
    },
    sendFile: async (kind, name, type, bytes) => {
      spoken(`[${kind}: ${name}, ${bytes.length} bytes]`)
      const since = await revision()
      const form = new FormData()
      form.set(kind, new File([new Uint8Array(bytes)], name, { type }))
      await request(`${chat}/messages`, { method: 'POST', body: form })
      return answerAfter(since)
    },
    press: async (message, label, fits) => {
      const button = message.reply_markup?.inline_keyboard?.flat().find(({ text }) => text.includes(label))
      assert(button?.callback_data, `the bot's message has no button "${label}"`)
      spoken(`[presses "${button.text}"]`)
      const since = await revision()
      await post(`${chat}/callbacks`, { messageId: message.message_id, data: button.callback_data })
      return answerAfter(since, fits)
    },
    pay: (message) => {
      spoken('[pays]')
      return payInvoice({ messageId: message.message_id })
    },
    payLink: (message) => {
      spoken('[opens the invoice and pays]')
      return payInvoice({ invoiceLink: linkIn(message) })
    },
    linkIn,
    awaitMessage: async (action, fits) => {
      const since = await revision()
      await action()
      return answerAfter(since, fits, NOTICE_TIMEOUT_MS)
    },
  }
}
