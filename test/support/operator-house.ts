import { expect } from 'vitest'
import { text } from '#shared/domain/texts/texts.ts'
import type { DefinedFunction } from '#shared/http/define-function.ts'
import type { Config } from '#shared/platform/config.ts'
import type { ChatMessage, Conversation } from '../../local/demo/conversation.ts'
import { connectWebhook, labelsOf, meet } from './chat.ts'
import { type House, openHouse } from './house.ts'

/** A house whose operators' list a test can change while it runs. For beforeAll. */
export const openOperatorHouse = async (functions: DefinedFunction[], config: Partial<Config> = {}) => {
  const operators: number[] = []
  const house: House = await openHouse({ functions, config: { ...config, operators } })
  await connectWebhook(house)

  /** Somebody who has an account, and what the books call them. */
  const newcomer = async (language: 'ru' | 'en' = 'en') => {
    const chat = await meet(house, language)
    await chat.say('/start')
    const [row] = await house.ownerSql<{ id: string }[]>`
      select id from users where telegram_id = ${chat.personId}`
    return { chat, id: row?.id ?? '', telegramId: chat.personId }
  }

  /** The same, in the operators' list. */
  const operator = async (language: 'ru' | 'en' = 'en') => {
    const person = await newcomer(language)
    operators.push(person.telegramId)
    return person
  }

  /** What operators did to a subject, or saw of it, as the audit log has it, oldest first. */
  const auditOf = (subject: string) =>
    house.ownerSql<{ actor: string; action: string; details: Record<string, unknown> }[]>`
      select actor, action, details from audit_log
      where subject = ${subject} and actor like 'operator:%' order by id`

  const coinsOf = async (userId: string): Promise<number | undefined> => {
    const [row] = await house.ownerSql<{ coins: number }[]>`
      select coins from user_balances where user_id = ${userId}`
    return row?.coins
  }

  /** Presses a button as the person would, and gives the words of the pop-up. */
  const popUpOf = async (
    personId: number,
    message: ChatMessage,
    label: string,
  ): Promise<string | undefined> => {
    const response = await fetch(`${new URL(house.sim.pageUrl).origin}/sim/chats/${personId}/callbacks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messageId: message.message_id, data: dataOf(message, label) }),
    })
    const { answer } = (await response.json()) as { answer?: { text?: string } }
    return answer?.text
  }

  return { house, operators, newcomer, operator, auditOf, coinsOf, popUpOf }
}
export type OperatorHouse = Awaited<ReturnType<typeof openOperatorHouse>>

/** What the button with these words sends. */
export const dataOf = (message: ChatMessage, label: string): string => {
  const button = message.reply_markup?.inline_keyboard?.flat().find((one) => one.text === label)
  expect(button?.callback_data, `${label} among ${labelsOf(message).join(', ')}`).toBeDefined()
  return button?.callback_data ?? ''
}

/** From a person's card to the question that names everything: presses, amount (where coins move) and reason. */
export const askFor = async (
  chat: Conversation,
  language: 'ru' | 'en',
  card: ChatMessage,
  {
    button,
    answers,
  }: {
    button: 'credit' | 'debit' | 'block' | 'unblock' | 'refund' | 'resolve' | 'resolve-to'
    answers: string[]
  },
): Promise<ChatMessage> => {
  let question = await chat.press(card, text(language, `admin-button-${button}`))
  for (const answer of answers) question = await chat.say(answer)
  return question
}
