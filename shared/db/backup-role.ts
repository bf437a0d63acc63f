import type { Sql } from 'postgres'
import { showWorkerRows } from './row-policies.ts'

/** The group of those that make backups. */
export const BACKUP_ROLE = 'kopeika_backup'

/**
 * Lets the group read every table there is, and change nothing. Granted anew with each migration run, so that a new table is never left
 * out of the backups.
 */
export async function grantBackupRole(sql: Sql): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`
      do $$
      begin
        if not exists (select from pg_roles where rolname = 'kopeika_backup') then
          create role kopeika_backup nologin;
        end if;
      exception
        when duplicate_object or unique_violation then null;
      end
      $$`
    await tx`grant usage on schema public, graphile_worker to kopeika_backup`
    await tx`grant select on all tables in schema public, graphile_worker to kopeika_backup`
    await tx`grant select on all sequences in schema public, graphile_worker to kopeika_backup`
    await showWorkerRows(tx, 'kopeika_backup', 'read')
  })
}
