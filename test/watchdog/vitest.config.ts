import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import type { Reporter } from 'vitest/node'
import { processEnv } from '#shared/platform/env.ts'
import { findWatchdog } from '../../local/watchdog.ts'

const env = processEnv()
const root = fileURLToPath(new URL('../../', import.meta.url))

/** It says so in its log, on standard error: `<date> Version: <version>	SHA: <commit>`. */
const versionOf = (program: string): string => {
  const said = execFileSync('sh', ['-c', '"$0" --version 2>&1', program], { encoding: 'utf8' })
  return said
    .trim()
    .replace(/^\S+ \S+ /, '')
    .replaceAll('\t', ', ')
}

/** Undefined where it is not installed: then global-setup.ts says how to. This file is read by other tools as well. */
const find = (): { program: string; version: string } | undefined => {
  try {
    const program = findWatchdog(env)
    return { program, version: versionOf(program) }
  } catch {
    return undefined
  }
}

const watchdog = find()

/** `WATCHDOG_BUNDLES=on`: the functions as their images hold them (npm run bundle), the e2e suite alone. */
const isBundled = env.WATCHDOG_BUNDLES === 'on'

/** Says at the beginning and the end what all this ran behind. */
const summary: Reporter = {
  onInit: () => console.log(`watchdog in use: ${watchdog?.version}`),
  onTestRunEnd: (modules) => {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string): number => tests.filter((test) => test.result().state === state).length
    console.log(
      `test:watchdog (watchdog in use: ${watchdog?.version}): ${tests.length} tests, ${count('passed')} passed, ${count('failed')} failed`,
    )
  },
}

/** `npm run test:watchdog`: the e2e suite with every function behind of-watchdog, and what of-watchdog does to functions that misbehave. */
export default defineConfig({
  test: {
    root,
    include: [...(isBundled ? [] : ['test/watchdog/**/*.test.ts']), 'test/e2e/**/*.test.ts'],
    pool: 'forks',
    // each file starts whole stacks: two at a time would measure the machine
    maxWorkers: 1,
    globalSetup: ['test/watchdog/global-setup.ts', 'test/support/global-setup.ts'],
    reporters: env.WATCHDOG_REPORT ? ['default', 'json', summary] : ['default', summary],
    ...(env.WATCHDOG_REPORT ? { outputFile: { json: env.WATCHDOG_REPORT } } : {}),
    testTimeout: 30_000,
    hookTimeout: 90_000,
    teardownTimeout: 30_000,
    // read by test/e2e/support/starter.ts
    env: {
      START_OPTIONS: isBundled ? '--watchdog --bundles' : '--watchdog',
      OF_WATCHDOG: watchdog?.program ?? '',
    },
  },
})
