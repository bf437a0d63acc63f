import { expect, test } from 'vitest'
import { createIntention } from './intention.ts'
import { offline, Problem } from './problem.ts'

const makeIntention = () => {
  let made = 0
  return createIntention(() => {
    made += 1
    return `key-${made}`
  })
}

/** The key of each try, with this as the outcome of the first. */
const keysAfter = async (outcome: Error | undefined): Promise<string[]> => {
  const intention = makeIntention()
  const keys: string[] = []
  const work = async (key: string): Promise<void> => {
    keys.push(key)
    if (keys.length === 1 && outcome !== undefined) throw outcome
  }
  await intention.run(work).catch(() => undefined)
  await intention.run(work)
  return keys
}

test.each([
  ['no connection', offline()],
  ['the server in trouble', new Problem(503, { code: 'unavailable' })],
  ['the first try still under way', new Problem(409, { code: 'in_progress' })],
  ['an answer that never came whole', new TypeError('terminated')],
])('after %s the next try has the same key', async (_name, outcome) => {
  expect(await keysAfter(outcome)).toEqual(['key-1', 'key-1'])
})

test.each([
  ['it was done', undefined],
  ['it was refused', new Problem(402, { code: 'insufficient_funds' })],
])('after %s the next press is another intention', async (_name, outcome) => {
  expect(await keysAfter(outcome)).toEqual(['key-1', 'key-2'])
})
