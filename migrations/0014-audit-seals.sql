-- Why: whoever may write to the database as its owner can change or remove entries of the audit log without a trace. Seals make that show:
--      each covers a range of entries by a hash and the seal before it, under a key that the database does not have.
-- Lock: none, a new table only. Entries are sealed by `reconcile` after the fact, so that writing one waits for nobody.
-- Way back: drop the table; the audit log stays as it is.

create table audit_seals (
  -- 1, 2, 3 ... without a gap: the chain has no end that could be cut out of its middle
  id bigint primary key,
  sealed_at timestamptz not null default now(),
  -- of audit_log: after the end of the seal before, up to this entry
  first_id bigint not null,
  last_id bigint not null,
  -- numbers are left out where a transaction was taken back
  entries bigint not null,
  -- SHA-256 over the entries in their order (shared/db/audit-seals.ts)
  content_hash bytea not null,
  -- HMAC-SHA256 over all of this and the seal before
  seal bytea not null,
  constraint audit_seals_id_positive check (id > 0),
  constraint audit_seals_range check (last_id >= first_id and first_id > 0),
  constraint audit_seals_entries_positive check (entries > 0),
  constraint audit_seals_content_hash_length check (length(content_hash) = 32),
  constraint audit_seals_seal_length check (length(seal) = 32)
);

-- append-only, as the log itself
grant select, insert on audit_seals to kopeika_app;
