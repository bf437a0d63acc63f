import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { prepareDatabase } from '#shared/db/prepare.ts'

/** Prepared once for a run; each test file works on a clone of it, which takes some 50 ms instead of 200. */
export const TEMPLATE_DATABASE = 'kopeika_template'

export const MIGRATIONS_DIR = fileURLToPath(new URL('../../migrations', import.meta.url))

/** The same server and user, another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}

/** Makes the template; nobody can connect to it afterwards, since a connected template can't be cloned. */
export async function makeTemplateDatabase(ownerUrl: string, appUrl: string): Promise<void> {
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => undefined })
  try {
    await sql`create database kopeika_template`
    await prepareDatabase({
      ownerUrl: withDatabase(ownerUrl, TEMPLATE_DATABASE),
      appUrl: withDatabase(appUrl, TEMPLATE_DATABASE),
      migrationsDir: MIGRATIONS_DIR,
    })
    await sql`alter database kopeika_template with is_template true allow_connections false`
  } finally {
    await sql.end({ timeout: 5 })
  }
}
