import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { processEnv } from '#shared/platform/env.ts'
import { CATALOGUE } from './catalogue.ts'

const env = processEnv()
const root = fileURLToPath(new URL('../../', import.meta.url))
const filesOfCatalogue = new Set(CATALOGUE.flatMap(({ tests }) => tests.map(([file]) => file)))

/** `npm run test:money`: everything about money at full length, with the tests elsewhere that the catalogue counts. */
export default defineConfig({
  test: {
    root,
    include: ['test/money/**/*.test.ts', ...filesOfCatalogue],
    pool: 'forks',
    // processes are killed and started all the time: with more workers than cores, connections would time out for want of a processor
    maxWorkers: 2,
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    env: {
      MONEY_RUNS: env.MONEY_RUNS || '10000',
      CRASH_ROUNDS: env.CRASH_ROUNDS || '1',
      // one for all processes of the run
      MONEY_SEED: env.MONEY_SEED || String(Math.floor(Math.random() * 2 ** 31)),
      ...(env.MONEY_TALLY ? { MONEY_TALLY: env.MONEY_TALLY } : {}),
    },
  },
})
