import { randomInt } from 'node:crypto'
import type { Clock } from './clock.ts'

/** The bot's answer to a callback or pre-checkout query. */
export type QueryAnswer = {
  ok: boolean
  text?: string
  showAlert?: boolean
  url?: string
}

export type PendingQueries = {
  /** Starts a query that the bot can answer for `lifeMs`; `answer` settles with undefined when it did not. */
  open: (
    kind: 'callback' | 'pre_checkout',
    lifeMs: number,
  ) => { id: string; answer: Promise<QueryAnswer | undefined> }
  /** False if there is no such query, or no longer. */
  answer: (kind: 'callback' | 'pre_checkout', id: string, answer: QueryAnswer) => boolean
}

/** Queries that wait for the bot. They are not kept over a restart: nobody waits for their answers any more. */
export const createPendingQueries = (clock: Clock): PendingQueries => {
  const waiting = new Map<string, (answer: QueryAnswer | undefined) => void>()
  return {
    open: (kind, lifeMs) => {
      const id = `${randomInt(1, 2 ** 47)}${randomInt(1000, 10_000)}`
      const key = `${kind}:${id}`
      const answer = new Promise<QueryAnswer | undefined>((resolve) => {
        const cancel = clock.setTimeout(() => waiting.get(key)?.(undefined), lifeMs)
        waiting.set(key, (value) => {
          waiting.delete(key)
          cancel()
          resolve(value)
        })
      })
      return { id, answer }
    },
    answer: (kind, id, answer) => {
      const settle = waiting.get(`${kind}:${id}`)
      settle?.(answer)
      return settle !== undefined
    },
  }
}
