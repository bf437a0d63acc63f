import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { processEnv } from '#shared/platform/env.ts'
import { CATALOGUE, MORE_FILES } from './catalogue.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const filesOfCatalogue = CATALOGUE.flatMap(({ tests }) => tests.map(([file]) => file))

/** `npm run test:media`: everything about avatars, transcripts, recordings and their store, on the S3 server that the environment names. */
export default defineConfig({
  test: {
    root,
    include: [...new Set([...filesOfCatalogue, ...MORE_FILES])],
    pool: 'forks',
    maxWorkers: 2,
    globalSetup: ['test/storage/global-setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    env: { CRASH_ROUNDS: processEnv().CRASH_ROUNDS || '20' },
  },
})
