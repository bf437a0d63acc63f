import { strict as assert } from 'node:assert'
import type { Language } from '#shared/domain/settings.ts'
import type { Tariff } from '#shared/domain/tariff.ts'
import type { StackDescription } from '../stack-file.ts'
import { type Api, openApi } from './api.ts'
import { type Conversation, openConversation } from './conversation.ts'

export type Profile = {
  user: { id: string }
  balance: { coins: number; held: number; debt: number }
  currentAvatar: { width: number; height: number; urls: Record<string, string> } | null
}

/** One person's visit: what every step of the demo needs. */
export type Visit = {
  stack: StackDescription
  tariff: Tariff
  language: Language
  api: Api
  chat: Conversation
  print: (line: string) => void
  /** Says what was proven. */
  checked: (what: string) => void
  profile: () => Promise<Profile>
  /** Proves the balance after `change` coins came (or went). */
  expectChange: (change: number, what: string) => Promise<Profile>
  coins: () => number
}

/** Opens a new person's chat with the bot of a running stack. */
export const openVisit = async (
  options: Pick<Visit, 'stack' | 'tariff' | 'language' | 'print'>,
): Promise<Visit> => {
  const { stack, language, print } = options
  const api = openApi(stack)
  const chat = await openConversation(
    new URL(stack.telegram.page ?? '').origin,
    { firstName: language === 'ru' ? 'Аня' : 'Anna', languageCode: language },
    print,
  )
  const checked = (what: string): void => print(`  check :  ${what}`)
  const profile = (): Promise<Profile> => api.json('profile', `/?telegramId=${chat.personId}`)
  let coins = 0
  return {
    ...options,
    api,
    chat,
    checked,
    profile,
    coins: () => coins,
    expectChange: async (change, what) => {
      coins += change
      const found = await profile()
      assert.equal(found.balance.coins, coins, `${what}: ${found.balance.coins} coins instead of ${coins}`)
      checked(`${what}: ${coins} coins`)
      return found
    },
  }
}
