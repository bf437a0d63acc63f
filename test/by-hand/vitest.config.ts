import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { processEnv } from '#shared/platform/env.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const report = processEnv().BY_HAND_REPORT

/** `npm run test:by-hand`: runs the commands of docs/operations/restore-by-hand.md; needs age, zstd and psql, so it is no part of `npm test`. */
export default defineConfig({
  test: {
    root,
    include: ['test/by-hand/**/*.suite.ts'],
    pool: 'forks',
    globalSetup: ['test/support/global-setup.ts'],
    reporters: report ? ['default', 'json'] : ['default'],
    ...(report ? { outputFile: { json: report } } : {}),
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
})
