import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renderWorkerSchema } from '../../scripts/worker-schema.ts'
import { MIGRATIONS_DIR } from '../support/template-database.ts'

test('the schema of the job tables that backups carry is the installed version (npm run worker-schema)', () => {
  expect(readFileSync(join(MIGRATIONS_DIR, 'graphile-worker.psql'), 'utf8')).toBe(renderWorkerSchema())
})
