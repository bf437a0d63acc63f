/** `npm run test:money`: runs the tests of money at full length, then says in figures what was tried. Exit 1 when anything failed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { processEnv } from '#shared/platform/env.ts'
import { summarize } from '../test/money/summary.ts'
import type { TallyLine } from '../test/money/support/tally.ts'

const HELP = `Tests of money: the model against the reference ledger, crash points, faults and bad inputs, at full length.

  npm run test:money [-- --report <file>]

  --report <file>  where the JSON report of vitest goes
  MONEY_RUNS       sequences of commands (default 10000)
  MONEY_SEED       the seed that a failing run printed
  CRASH_ROUNDS     how often each crash point is tried (default 1)
`

const Report = z.looseObject({
  numFailedTests: z.int(),
  testResults: z.array(
    z.looseObject({
      name: z.string(),
      assertionResults: z.array(z.looseObject({ title: z.string(), status: z.string() })),
    }),
  ),
})

const ROOT = dirname(import.meta.dirname)

const runTests = async (reportFile: string, tallyFile: string): Promise<number> => {
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
  const args = [
    vitest,
    'run',
    '--config',
    'test/money/vitest.config.ts',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
  ]
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...processEnv(), MONEY_TALLY: tallyFile },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: { report: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const folder = mkdtempSync(join(tmpdir(), 'kopeika-money-'))
  try {
    const [reportFile, tallyFile] = [join(folder, 'report.json'), join(folder, 'tally.jsonl')]
    const code = await runTests(reportFile, tallyFile)
    if (!existsSync(reportFile)) return code || 1
    if (values.report !== undefined) copyFileSync(reportFile, values.report)
    const report = Report.parse(JSON.parse(readFileSync(reportFile, 'utf8')))
    const lines = existsSync(tallyFile) ? readFileSync(tallyFile, 'utf8').trim().split('\n') : []
    const tally = lines.filter((line) => line !== '').map((line): TallyLine => JSON.parse(line))
    const tests = report.testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.map(({ title, status }) => ({ file: name.slice(ROOT.length + 1), title, status })),
    )
    const summary = summarize(tests, tally, report.numFailedTests)
    process.stdout.write(`\n${summary.text}\n`)
    return code || (summary.isGood ? 0 : 1)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

process.exitCode = await main()
