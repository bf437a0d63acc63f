import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { processEnv } from '#shared/platform/env.ts'
import { findProgram } from '../../local/services/find-program.ts'

const { PATH = '', PGBOUNCER_REPORT: report } = processEnv()

const program = findProgram(['pgbouncer'], `${PATH}:/usr/sbin`)
if (program === undefined) throw new Error('There is no pgbouncer: apt-get install pgbouncer.')
const [version = ''] = execFileSync(program, ['--version'], { encoding: 'utf8' }).split('\n')
console.log(version)

/** `npm run test:pgbouncer`: the e2e suite and a load with all functions behind PgBouncer in transaction mode, with 8 connections in all. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../../', import.meta.url)),
    include: ['test/pgbouncer/**/*.test.ts', 'test/e2e/**/*.test.ts'],
    pool: 'forks',
    // each file starts whole stacks: two at a time would measure the machine
    maxWorkers: 1,
    globalSetup: ['test/support/global-setup.ts'],
    reporters: report ? ['default', 'json'] : ['default'],
    ...(report ? { outputFile: { json: report } } : {}),
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    // read by test/e2e/support/starter.ts
    env: { PGBOUNCER_POOL: '8' },
  },
})
