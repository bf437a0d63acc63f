import { createRandom } from '../../../local/misbehave/random.ts'

/** Chance from a seed. What is done at what moment still depends on the machine; what is chosen does not. */
export type Chance = {
  /** True with that probability. */
  isLucky: (probability: number) => boolean
  /** A whole number from `from` to `to`, both included. */
  between: (from: number, to: number) => number
  pick: <T>(list: readonly T[]) => T | undefined
}

export const createChance = (seed: number): Chance => {
  const random = createRandom(seed)
  const between = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1))
  return {
    isLucky: (probability) => random() < probability,
    between,
    pick: (list) => list[between(0, Math.max(0, list.length - 1))],
  }
}
