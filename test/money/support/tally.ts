import { appendFileSync } from 'node:fs'
import { processEnv } from '#shared/platform/env.ts'

/** What the summary of `npm run test:money` adds up. */
export type TallyKind = 'sequences' | 'commands' | 'crashes' | 'crash points' | 'violations'

export type TallyLine = { kind: TallyKind; name: string; count: number }

/** Prints a figure, and hands it to the summary where one is being made. */
export const tally = (kind: TallyKind, name: string, count: number): void => {
  const file = processEnv().MONEY_TALLY
  const line: TallyLine = { kind, name, count }
  if (file) appendFileSync(file, `${JSON.stringify(line)}\n`)
  console.log(`${kind}: ${count} (${name})`)
}
