import type { Sql } from './client.ts'

/**
 * Takes the lease `name` for `seconds` unless another holder has it or it was started less than `minIntervalSeconds` ago: scheduled
 * work then never runs twice at a time, however often it is called. A crashed holder's lease runs out by itself.
 */
export const takeLease = async (
  sql: Sql,
  lease: { name: string; holder: string; seconds: number; minIntervalSeconds: number },
): Promise<boolean> => {
  const rows = await sql`
    insert into leases (name, holder, expires_at)
    values (${lease.name}, ${lease.holder}, now() + make_interval(secs => ${lease.seconds}))
    on conflict (name) do update set holder = excluded.holder, expires_at = excluded.expires_at, started_at = now()
    where leases.expires_at <= now() and leases.started_at <= now() - make_interval(secs => ${lease.minIntervalSeconds})
    returning 1`
  return rows.length === 1
}

/** Gives the lease back early; only its holder can. */
export const releaseLease = async (sql: Sql, name: string, holder: string): Promise<void> => {
  await sql`update leases set expires_at = now() where name = ${name} and holder = ${holder}`
}

/** Keeps a lease for another `seconds`. False: it ran out, and somebody else may have it. */
export const renewLease = async (
  sql: Sql,
  lease: { name: string; holder: string; seconds: number },
): Promise<boolean> => {
  const rows = await sql`
    update leases set expires_at = now() + make_interval(secs => ${lease.seconds})
    where name = ${lease.name} and holder = ${lease.holder} and expires_at > now()
    returning 1`
  return rows.length === 1
}
