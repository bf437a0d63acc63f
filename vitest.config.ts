import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // the last: what `faas-cli new` has made here
    include: ['{shared,functions,local,scripts,test,templates,bench}/**/*.test.ts', '*/handler.test.ts'],
    // need programs that may not be there: npm run test:openfaas, test:pgbouncer, test:watchdog, test:edge, test:browser
    exclude: [
      ...configDefaults.exclude,
      'test/openfaas/**',
      'test/pgbouncer/**',
      'test/edge/**',
      'test/watchdog/**',
      'test/by-hand/**',
      'test/browser/**',
    ],
    pool: 'forks',
    // most files wait for servers rather than compute: more workers than the default of cores - 1
    maxWorkers: Math.max(3, availableParallelism()),
    // PostgreSQL, Redis and S3, once for all files
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['shared/**/*.ts', 'functions/**/*.ts'],
      exclude: ['**/*.test.ts'],
      reporter: ['text-summary', 'text'],
      reportOnFailure: true,
      thresholds: { lines: 80 },
    },
  },
})
