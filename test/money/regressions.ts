import type { Command } from './commands.ts'

/** Sequences that failed once, replayed before any new one. Put here what a failing run prints as its counterexample. */
export const REGRESSIONS: { name: string; commands: Command[] }[] = [
  {
    name: 'a charge whose COMMIT was answered into the void is not made again',
    commands: [
      { do: 'register', who: 0 },
      { do: 'charge', who: 0, coins: 30, again: false, crash: { step: 6, moment: 'after' } },
      { do: 'charge', who: 0, coins: 30, again: true },
    ],
  },
]
