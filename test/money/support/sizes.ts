import { processEnv } from '#shared/platform/env.ts'

const wholeNumber = (name: string): number | undefined => {
  const text = processEnv()[name]
  if (text === undefined || text === '') return undefined
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`${name} must be a whole number.`)
  return number
}

/** How much these tests do: little in `npm test`, all of it in `npm run test:money`, more when asked. */
export const sizes = {
  /** Sequences of commands against the reference ledger. */
  runs: wholeNumber('MONEY_RUNS') ?? 200,
  /** Every random choice follows from it. */
  seed: wholeNumber('MONEY_SEED') ?? Math.floor(Math.random() * 2 ** 31),
  /** How often each crash point is tried; 0 = a sample of the points of the two commonest operations. */
  crashRounds: wholeNumber('CRASH_ROUNDS') ?? 0,
}
