import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from 'postgres'
import { sqlStateOf } from './sqlstate.ts'

/** Who logs in, as the URL of the functions' database says it. */
export type AppLogin = { name: string; password: string }

/** @throws Error when the URL names no user or no password. */
export function appLoginOf(appUrl: string): AppLogin {
  const url = URL.parse(appUrl)
  const name = decodeURIComponent(url?.username ?? '')
  const password = decodeURIComponent(url?.password ?? '')
  if (name === '' || password === '') {
    throw new Error(
      "The functions' database URL must name a user and a password: postgres://user:password@host/database.",
    )
  }
  return { name, password }
}

/**
 * Makes the login role, or gives it the password of the URL; the server stores it as SCRAM. It has the rights of
 * `kopeika_app` (or of another group) and no others.
 * @throws Error when the role is the owner's, or has rights that would let it pass every check.
 */
export async function makeLoginRole(sql: Sql, login: AppLogin, group = 'kopeika_app'): Promise<void> {
  await refusePowerfulRole(sql, login.name)
  await withClashesRetried(() =>
    sql.begin(async (tx) => {
      // Handed over as settings of this transaction: DDL takes no parameters, quoting is left to the server's own
      // format(), and the password stands in no statement that the server may log.
      await tx`
        select set_config('kopeika.login', ${login.name}, true), set_config('kopeika.password', ${login.password}, true),
          set_config('kopeika.group', ${group}, true),
          set_config('password_encryption', 'scram-sha-256', true)`
      await tx`
        do $$
        declare
          login text := current_setting('kopeika.login');
        begin
          if not exists (select from pg_roles where rolname = login) then
            execute format('create role %I', login);
          end if;
          execute format('alter role %I login inherit connection limit -1 password %L', login, current_setting('kopeika.password'));
          if not pg_has_role(login, current_setting('kopeika.group'), 'usage') then
            execute format('grant %I to %I', current_setting('kopeika.group'), login);
          end if;
        exception when others then
          -- raised anew, since the first error's context quotes the statement with the password
          raise exception using errcode = sqlstate, message = sqlerrm;
        end
        $$`
    }),
  )
}

/**
 * What belongs to this one database and is not copied with a template: nobody but the owner makes temporary tables,
 * and the login role never waits long.
 */
export async function applyDatabaseDefaults(sql: Sql, login: Pick<AppLogin, 'name'>): Promise<void> {
  await withClashesRetried(() =>
    sql.begin(async (tx) => {
      await tx`select set_config('kopeika.login', ${login.name}, true)`
      await tx`
        do $$
        declare
          here text := current_database();
          target text := format('alter role %I in database %I set ', current_setting('kopeika.login'), here);
        begin
          execute format('revoke create, temporary on database %I from public', here);
          execute target || 'search_path = public';
          execute target || 'statement_timeout = ''3s''';
          execute target || 'lock_timeout = ''2s''';
          execute target || 'idle_in_transaction_session_timeout = ''10s''';
        end
        $$`
    }),
  )
}

async function refusePowerfulRole(sql: Sql, name: string): Promise<void> {
  const [role] = await sql<[{ isOwner: boolean; isPowerful: boolean }]>`
    select current_user = ${name}::text as "isOwner", exists (
      select from pg_roles
      where rolname = ${name} and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)
    ) as "isPowerful"`
  if (role.isOwner)
    throw new Error(`The functions must not log in as the owner "${name}": give them a role of their own.`)
  if (role.isPowerful) {
    throw new Error(
      `The role "${name}" may do more than the functions should: name another in their database URL.`,
    )
  }
}

/** Roles belong to the whole cluster, our lock to one database: two databases prepared at once can clash here. */
const CLASHES = new Set(['XX000', '23505', '42710', '40001', '40P01'])
const ATTEMPTS = 10

async function withClashesRetried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const isClash = CLASHES.has(sqlStateOf(error) ?? '')
      if (!isClash || attempt === ATTEMPTS) throw error
      await sleep(10 * attempt)
    }
  }
}
