-- Why: the functions log in with a role that can do their work and nothing else: no DDL, and no way to change or delete
--      a transaction or an audit entry.
-- Lock: short ACCESS EXCLUSIVE on each table while its privileges change.
-- Way back: `drop owned by kopeika_app` in this database.

do $$
begin
  -- roles belong to the cluster: another database of it may have made this one already, or makes it right now
  if not exists (select from pg_roles where rolname = 'kopeika_app') then
    create role kopeika_app nologin;
  end if;
exception
  when duplicate_object or unique_violation then null;
end
$$;

revoke all on schema public from public;
grant usage on schema public to kopeika_app;

-- append-only
grant select, insert on transactions, audit_log to kopeika_app;

grant select, insert, update on
  users, user_balances, holds, orders, payments, refunds, leases
to kopeika_app;

-- personal data and what expires can be removed
grant select, insert, update, delete on
  user_states, user_keys, user_avatars, user_transcripts, telegram_updates, idempotency_keys
to kopeika_app;

grant select, insert on bonus_claims to kopeika_app;
