import { randomInt } from 'node:crypto'
import type { Chat, ChatMember, User } from '@grammyjs/types'
import { badRequest, forbidden } from './api-error.ts'
import { nowSeconds } from './clock.ts'
import type { Person } from './model.ts'
import { omitUndefined } from './omit-undefined.ts'
import { botUser, type SimulatorState } from './state.ts'
import { emitUpdate } from './updates.ts'

/** Stars a new person has, and the step in which the purse is refilled. */
export const STARS_TO_START = 10_000

export const toUser = (person: Person): User =>
  omitUndefined({
    id: person.id,
    is_bot: false,
    first_name: person.firstName,
    username: person.username,
    language_code: person.languageCode,
  })

export const toChat = (person: Person): Chat.PrivateChat =>
  omitUndefined({
    id: person.id,
    type: 'private' as const,
    first_name: person.firstName,
    username: person.username,
  })

/** Writes the person down and tells who watches. */
export const savePerson = (state: SimulatorState, person: Person): Person => {
  state.people.set(person.id, person)
  state.events.emit({ type: 'person', personId: person.id, person })
  return person
}

export type NewPerson = {
  firstName: string
  username?: string | undefined
  languageCode?: string | undefined
  /** Telegram id; by default a random one, as people made after a wipe must not meet the old ones in the bot's books. */
  id?: number | undefined
}

/** Makes somebody who has not written to the bot yet. */
export const addPerson = (
  state: SimulatorState,
  { id, firstName, username, languageCode }: NewPerson,
): Person =>
  savePerson(state, {
    id: id ?? randomInt(1_000_000_000, 8_000_000_000),
    firstName,
    ...omitUndefined({ username, languageCode }),
    stars: STARS_TO_START,
    started: false,
    blocked: false,
    deactivated: false,
  })

/** The person the bot wants to write to. Throws Telegram's 400 and 403. */
export const reachablePerson = (state: SimulatorState, chatId: unknown): Person => {
  const person = typeof chatId === 'number' ? state.people.get(chatId) : undefined
  if (person === undefined || !person.started) throw badRequest('chat not found')
  if (person.deactivated) throw forbidden('user is deactivated')
  if (person.blocked) throw forbidden('bot was blocked by the user')
  return person
}

const botAsMember = (state: SimulatorState, blocked: boolean): ChatMember => {
  const user = botUser(state)
  return blocked ? { status: 'kicked', user, until_date: 0 } : { status: 'member', user }
}

/** Blocks or unblocks the bot for this person, and tells the bot by `my_chat_member`. */
export const setBlocked = (state: SimulatorState, person: Person, blocked: boolean): number | undefined => {
  if (person.blocked === blocked) return undefined
  const changed = savePerson(state, { ...person, blocked })
  return emitUpdate(state, 'my_chat_member', changed.id, {
    my_chat_member: {
      chat: toChat(changed),
      from: toUser(changed),
      date: nowSeconds(state.clock),
      old_chat_member: botAsMember(state, !blocked),
      new_chat_member: botAsMember(state, blocked),
    },
  })
}
