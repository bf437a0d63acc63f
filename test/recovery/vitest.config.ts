import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { processEnv } from '#shared/platform/env.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const report = processEnv().RECOVERY_REPORT

/** `npm run test:recovery`: backups that were disturbed, damaged, mixed up or are old, and the way back from them. */
export default defineConfig({
  test: {
    root,
    include: ['test/recovery/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    globalSetup: ['test/support/global-setup.ts'],
    reporters: report ? ['default', 'json'] : ['default'],
    ...(report ? { outputFile: { json: report } } : {}),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
  },
})
