import type { TransactionSql } from 'postgres'

/**
 * Gives `role` a policy that hides no row, on each table of graphile-worker's schema with row security and without one for this role.
 * graphile-worker enables row security and makes no policy (its sql/000011): for everybody but the owner its tables look empty.
 */
export const showWorkerRows = async (
  tx: TransactionSql,
  role: 'kopeika_app' | 'kopeika_backup',
  access: 'write' | 'read',
): Promise<void> => {
  const tables = await tx<{ name: string }[]>`
    select 'graphile_worker.' || relname as name from pg_class
    where relnamespace = 'graphile_worker'::regnamespace and relrowsecurity
      and not exists (select from pg_policy where polrelid = pg_class.oid and polname = ${role})`
  for (const { name } of tables) {
    if (access === 'write') {
      await tx`create policy ${tx(role)} on ${tx(name)} to ${tx(role)} using (true) with check (true)`
    } else {
      await tx`create policy ${tx(role)} on ${tx(name)} for select to ${tx(role)} using (true)`
    }
  }
}
