import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { processEnv } from '#shared/platform/env.ts'

const { BROWSER_REPORT: report } = processEnv()

/** `npm run test:browser`: the chat page and the cabinet of a running stack in Chromium. Needs Chromium, so it is no part of `npm test`. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../../', import.meta.url)),
    include: ['test/browser/**/*.test.ts'],
    pool: 'forks',
    // a browser each, and the stack beside them
    maxWorkers: 2,
    globalSetup: ['test/browser/global-setup.ts'],
    reporters: report ? ['default', 'json'] : ['default'],
    ...(report ? { outputFile: { json: report } } : {}),
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
  },
})
