import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { processEnv } from '#shared/platform/env.ts'

const env = processEnv()
const root = fileURLToPath(new URL('../../', import.meta.url))

/** Connections to PostgreSQL for all functions together. */
const POOL = '8'

/** `npm run test:pgbouncer`: the end-to-end tests once more with every function behind PgBouncer in transaction mode, and load. Needs pgbouncer. */
export default defineConfig({
  test: {
    root,
    include: ['test/pgbouncer/**/*.test.ts', 'test/e2e/**/*.test.ts'],
    pool: 'forks',
    // each file starts a stack of its own
    maxWorkers: 1,
    reporters: env.PGBOUNCER_REPORT ? ['default', 'json'] : ['default'],
    ...(env.PGBOUNCER_REPORT ? { outputFile: { json: env.PGBOUNCER_REPORT } } : {}),
    testTimeout: 60_000,
    hookTimeout: 90_000,
    teardownTimeout: 30_000,
    env: { PGBOUNCER_POOL: env.PGBOUNCER_POOL || POOL },
  },
})
