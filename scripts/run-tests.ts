import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { processEnv } from '#shared/platform/env.ts'
import type { RanTest } from '../test/support/catalogue.ts'
import { readOptions } from './read-options.ts'

const Report = z.looseObject({
  numFailedTests: z.int(),
  testResults: z.array(
    z.looseObject({
      name: z.string(),
      assertionResults: z.array(
        z.looseObject({ title: z.string(), ancestorTitles: z.array(z.string()), status: z.string() }),
      ),
    }),
  ),
})

const ROOT = dirname(import.meta.dirname)

const runVitest = async (
  config: string,
  reportFile: string,
  env: Record<string, string>,
): Promise<number> => {
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  const child = spawn(process.execPath, [vitest, 'run', '--config', config, ...reporters], {
    cwd: ROOT,
    env: { ...processEnv(), ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

/** The file of `--report`, the one flag of these commands. `--help` prints `help` and ends the process with 0, an unknown word with 1. */
export const readReportFlag = (help: string): string | undefined => {
  const options = {
    report: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  } as const
  const { values } = readOptions({ options }, help)
  if (!values.help) return values.report
  process.stdout.write(help)
  return process.exit(0)
}

/** What is known of a run of tests once it has ended; `tests` is undefined where it wrote no report. */
export type Run = { code: number; failed: number; tests: RanTest[] | undefined }

/**
 * Runs vitest with a configuration of the repository, its output shown. `keepReport`: where its JSON report goes as well. `env` gets a folder that
 * is removed afterwards, `whenRun` is called while it is still there.
 */
export const runTests = async <T>(
  options: {
    config: string
    keepReport?: string | undefined
    env: (folder: string) => Record<string, string>
  },
  whenRun: (run: Run, folder: string) => T,
): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'kopeika-tests-'))
  try {
    const reportFile = join(folder, 'report.json')
    const code = await runVitest(options.config, reportFile, options.env(folder))
    if (!existsSync(reportFile)) return whenRun({ code: code || 1, failed: 0, tests: undefined }, folder)
    if (options.keepReport !== undefined) copyFileSync(reportFile, options.keepReport)
    const report = Report.parse(JSON.parse(readFileSync(reportFile, 'utf8')))
    const tests = report.testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.map(({ title, ancestorTitles: groups, status }) => ({
        file: name.slice(ROOT.length + 1),
        title,
        groups,
        status,
      })),
    )
    return whenRun({ code, failed: report.numFailedTests, tests }, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
