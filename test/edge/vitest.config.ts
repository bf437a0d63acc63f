import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { processEnv } from '#shared/platform/env.ts'
import { runnableFiles } from './tools.ts'

const env = processEnv()

/** `npm run test:edge`: the edge, the alerts and docker-compose.yml with the programs that will read them, as far as they are here. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../../', import.meta.url)),
    include: runnableFiles((line) => console.log(line)),
    passWithNoTests: true,
    pool: 'forks',
    maxWorkers: 1,
    reporters: env.EDGE_REPORT ? ['default', 'json'] : ['default'],
    ...(env.EDGE_REPORT ? { outputFile: { json: env.EDGE_REPORT } } : {}),
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
