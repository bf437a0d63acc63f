import type { ApiResponse, Update } from '@grammyjs/types'
import { receiveFromPerson } from './messages.ts'
import { callMethod } from './methods/call.ts'
import type { ChatMessage, Person } from './model.ts'
import { addPerson } from './people.ts'
import { openState, type SimulatorState, type StateOptions } from './state.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'

/** A simulator's state on a virtual clock, with what a bot in a test needs. For tests only. */
export type TestBot = {
  state: SimulatorState
  clock: VirtualClock
  /** Calls a method as the bot and answers Telegram's body. */
  call: (method: string, fields?: Record<string, unknown>) => Promise<ApiResponse<unknown>>
  /** Calls a method and answers its result; throws where it is refused. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every shape
  result: (method: string, fields?: Record<string, unknown>) => Promise<any>
  /** Somebody who has written /start. */
  person: (firstName?: string) => Person
  say: (person: Person, text: string) => { message: ChatMessage; updateId: number | undefined }
}

export const createTestBot = (options: Partial<StateOptions> = {}): TestBot => {
  const clock = createVirtualClock()
  const state = openState({ token: '123:test', clock, ...options })
  const call: TestBot['call'] = async (method, fields = {}) =>
    (await callMethod(state, { method, fields, files: new Map() })).body
  const say: TestBot['say'] = (person, text) => {
    const { stored, updateId } = receiveFromPerson(state, state.people.get(person.id) ?? person, { text })
    return { message: stored.message, updateId }
  }
  return {
    state,
    clock,
    call,
    say,
    result: async (method, fields) => {
      const body = await call(method, fields)
      if (!body.ok) throw new Error(body.description)
      return body.result
    },
    person: (firstName = 'Anna') => {
      const person = addPerson(state, { firstName })
      say(person, '/start')
      return state.people.get(person.id) ?? person
    },
  }
}

export type TestWebhook = {
  fetch: (url: string, init: RequestInit) => Promise<Response>
  /** What came in, in order, with the time it came. */
  received: { update: Update; headers: Headers; atMs: number }[]
  /** How the next requests are answered; the default is an empty 200. */
  answer: (update: Update) => Response | Promise<Response>
}

/** A webhook without a network. */
export const createTestWebhook = (clock: VirtualClock): TestWebhook => {
  const webhook: TestWebhook = {
    received: [],
    answer: () => new Response(null, { status: 200 }),
    fetch: async (_url, init) => {
      const update: Update = JSON.parse(String(init.body))
      webhook.received.push({ update, headers: new Headers(init.headers), atMs: clock.now() })
      const hangUp = new Promise<never>((_resolve, reject) => {
        init.signal?.addEventListener('abort', () => reject(new Error('aborted')))
      })
      const answer = async () => webhook.answer(update)
      return await Promise.race([answer(), hangUp])
    },
  }
  return webhook
}
