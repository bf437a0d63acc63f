/** before: the other side never hears of it. after: it has done it, and its answer is lost. */
export type Moment = 'before' | 'after'

/**
 * Numbers the steps that an operation makes outside of its process (round trips to PostgreSQL, calls of a provider), so that it can be broken
 * off at each of them.
 */
export type Steps = {
  /** From now on: break off at the `number`-th step (from 1). `onCut` runs in that very moment. */
  arm: (number: number, moment: Moment, onCut?: () => void) => void
  /** Counts from 0 again, and breaks nothing off. */
  disarm: () => void
  count: () => number
  /** Whether the step that was reached stays to be broken off. */
  isArmed: () => boolean
  /** A step begins: what is to happen to it. `what` is the statement, or the path of the call. */
  next: (what: string) => Moment | undefined
  /** The cut is made now. */
  fire: () => void
}

export const createSteps = (): Steps => {
  let begun = 0
  let cut: { number: number; moment: Moment; onCut: (() => void) | undefined } | undefined
  return {
    arm: (number, moment, onCut) => {
      begun = 0
      cut = { number, moment, onCut }
    },
    disarm: () => {
      begun = 0
      cut = undefined
    },
    count: () => begun,
    isArmed: () => cut !== undefined,
    next: () => {
      begun += 1
      return cut !== undefined && begun === cut.number ? cut.moment : undefined
    },
    fire: () => {
      const onCut = cut?.onCut
      cut = undefined
      onCut?.()
    },
  }
}
