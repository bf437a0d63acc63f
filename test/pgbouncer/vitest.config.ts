import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { processEnv } from '#shared/platform/env.ts'

const { PGBOUNCER_REPORT: report } = processEnv()

/** `npm run test:pgbouncer`: the e2e suite and a load with all functions behind PgBouncer in transaction mode, with 8 connections in all. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../../', import.meta.url)),
    include: ['test/pgbouncer/**/*.test.ts', 'test/e2e/**/*.test.ts'],
    pool: 'forks',
    // each file starts whole stacks: two at a time would measure the machine
    maxWorkers: 1,
    globalSetup: ['test/pgbouncer/global-setup.ts', 'test/support/global-setup.ts'],
    reporters: report ? ['default', 'json'] : ['default'],
    ...(report ? { outputFile: { json: report } } : {}),
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    // read by test/e2e/support/starter.ts
    env: { PGBOUNCER_POOL: '8' },
  },
})
