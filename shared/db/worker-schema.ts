import { Logger, runMigrations } from 'graphile-worker'
import type { Sql } from 'postgres'
import { showWorkerRows } from './row-policies.ts'

/** graphile-worker's default; it stands literally in our SQL. */
const WORKER_SCHEMA = 'graphile_worker'

/** Brings graphile-worker's own schema up to its installed version, over a connection of its own. */
export async function installWorkerSchema(ownerUrl: string, log: (line: string) => void): Promise<void> {
  const logger = new Logger(() => (level, message) => {
    if (level === 'error' || level === 'warning') log(message)
  })
  await runMigrations({ connectionString: ownerUrl, schema: WORKER_SCHEMA, maxPoolSize: 2, logger })
}

/** Lets the application's role add jobs and run the worker, without any DDL. */
export async function grantWorkerSchema(sql: Sql): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`grant usage on schema graphile_worker to kopeika_app`
    await tx`grant select, insert, update, delete on all tables in schema graphile_worker to kopeika_app`
    await tx`grant usage on all sequences in schema graphile_worker to kopeika_app`
    await tx`grant execute on all functions in schema graphile_worker to kopeika_app`
    // only read, to see that nothing is left to migrate
    await tx`revoke insert, update, delete on graphile_worker.migrations from kopeika_app`
    await showWorkerRows(tx, 'kopeika_app', 'write')
  })
}
