import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import type { Reporter } from 'vitest/node'
import { processEnv } from '#shared/platform/env.ts'

const env = processEnv()
const root = fileURLToPath(new URL('../../', import.meta.url))

/** Says at the end what all this ran against. */
const summary: Reporter = {
  onTestRunEnd: (modules) => {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string): number => tests.filter((test) => test.result().state === state).length
    const { name, version } = modules[0]?.project.getProvidedContext().servers.storageServer ?? {}
    const server = [name, version].filter(Boolean).join(', ') || 'no server'
    console.log(
      `test:storage on ${server}: ${tests.length} cases, ${count('passed')} passed, ${count('failed')} failed, ` +
        `${count('skipped')} skipped for what the server lacks`,
    )
  },
}

/** `npm run test:storage`: everything that is kept in the object store, on the server that the environment names. */
export default defineConfig({
  test: {
    root,
    include: [
      'test/storage/**/*.test.ts',
      'functions/reconcile/objects.test.ts',
      'functions/backup/handler.test.ts',
    ],
    pool: 'forks',
    maxWorkers: 2,
    globalSetup: ['test/storage/global-setup.ts'],
    reporters: env.STORAGE_REPORT ? ['default', 'json', summary] : ['default', summary],
    ...(env.STORAGE_REPORT ? { outputFile: { json: env.STORAGE_REPORT } } : {}),
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    env: { CRASH_ROUNDS: env.CRASH_ROUNDS || '20' },
  },
})
