import { Problem } from './problem.ts'

/**
 * One thing that a person wants done. It keeps its Idempotency-Key while the outcome is unknown (no connection, the server in trouble), so
 * that pressing the button again never pays twice; after an answer that settles it, the next press is a new intention.
 */
export type Intention = { run: <Answer>(work: (key: string) => Promise<Answer>) => Promise<Answer> }

/** Answers that say that nothing was done and nothing is under way. */
const isSettled = (error: unknown): boolean =>
  error instanceof Problem && error.status >= 400 && error.status < 500 && error.code !== 'in_progress'

export const createIntention = (makeKey: () => string): Intention => {
  let key: string | undefined
  return {
    run: async (work) => {
      key ??= makeKey()
      try {
        const answer = await work(key)
        key = undefined
        return answer
      } catch (error) {
        if (isSettled(error)) key = undefined
        throw error
      }
    },
  }
}
