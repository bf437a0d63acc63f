import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { processEnv } from '#shared/platform/env.ts'

const { OPENFAAS_REPORT: report } = processEnv()

/** `npm run test:openfaas`: the real faas-cli on stack.yml and the template. scripts/install-faas-cli.sh builds it. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../../', import.meta.url)),
    include: ['test/openfaas/**/*.test.ts'],
    pool: 'forks',
    // its files share the folder build/
    fileParallelism: false,
    globalSetup: ['test/support/global-setup.ts'],
    reporters: report ? ['default', 'json'] : ['default'],
    ...(report ? { outputFile: { json: report } } : {}),
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
  },
})
