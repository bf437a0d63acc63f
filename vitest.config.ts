import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{shared,functions,local,scripts,test,templates,bench}/**/*.test.ts'],
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
