/** `npm run test:money`: runs the tests of money at full length, then says in figures what was tried. Exit 1 when anything failed. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { summarize } from '../test/money/summary.ts'
import type { TallyLine } from '../test/money/support/tally.ts'
import { readReportFlag, runTests } from './run-tests.ts'

const HELP = `Tests of money: the model against the reference ledger, crash points, faults and bad inputs, at full length.

  npm run test:money [-- --report <file>]

  --report <file>  where the JSON report of vitest goes
  MONEY_RUNS       sequences of commands (default 10000)
  MONEY_SEED       the seed that a failing run printed
  CRASH_ROUNDS     how often each crash point is tried (default 1)
`

const readTally = (file: string): TallyLine[] => {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  return lines.filter((line) => line !== '').map((line): TallyLine => JSON.parse(line))
}

const main = async (): Promise<number> => {
  const keepReport = readReportFlag(HELP)
  const tallyOf = (folder: string): string => join(folder, 'tally.jsonl')
  const options = {
    config: 'test/money/vitest.config.ts',
    keepReport,
    env: (folder: string) => ({ MONEY_TALLY: tallyOf(folder) }),
  }
  return runTests(options, ({ code, failed, tests }, folder) => {
    if (!tests) return code
    const summary = summarize(tests, readTally(tallyOf(folder)), failed)
    process.stdout.write(`\n${summary.text}\n`)
    return code || (summary.isGood ? 0 : 1)
  })
}

process.exitCode = await main()
