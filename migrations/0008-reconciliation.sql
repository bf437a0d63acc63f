-- Why: the providers' own books beside ours: each line that a provider shows is kept with what it was matched to, so that a lost
--      webhook, a refund made outside and a charge that nobody knows are found, and named once. Runs are kept for the operator.
--      The tariff's versions are kept, so that a receipt's price version can be looked up after the file has changed.
-- Lock: new tables, and SHARE on payments for as long as one index of it takes (reads go on, writes wait).
-- Way back: drop the four tables and payments_created_at; reconcile reads the providers' books anew from their beginning.

create table provider_entries (
  provider text not null,
  -- in: a payment; out: a refund or a chargeback
  direction text not null,
  -- the provider's id of this line; a refund of Stars has that of its payment, hence the direction in the key
  external_id text not null,
  -- the charge that it is about
  charge_id text not null,
  currency text not null,
  -- minor units, always positive
  amount bigint not null,
  occurred_at timestamptz not null,
  state text not null,
  -- why it is unmatched
  reason text,
  payment_id uuid,
  refund_id uuid,
  seen_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint provider_entries_pk primary key (provider, direction, external_id),
  constraint provider_entries_payment_fk foreign key (payment_id) references payments (id),
  constraint provider_entries_refund_fk foreign key (refund_id) references refunds (id),
  constraint provider_entries_provider_known check (provider in ('stars', 'telegram', 'yookassa')),
  constraint provider_entries_direction_known check (direction in ('in', 'out')),
  constraint provider_entries_external_id_length check (length(external_id) between 1 and 255),
  constraint provider_entries_charge_id_length check (length(charge_id) between 1 and 255),
  constraint provider_entries_currency_code check (currency ~ '^[A-Z]{3}$'),
  constraint provider_entries_amount_range check (amount >= 0 and amount <= 9007199254740991),
  constraint provider_entries_state_known check (state in ('matched', 'unmatched', 'ignored')),
  constraint provider_entries_reason_given check ((state = 'matched') = (reason is null)),
  constraint provider_entries_reason_length check (length(reason) between 1 and 200)
);

create index provider_entries_unmatched on provider_entries (occurred_at) where state = 'unmatched';
create index provider_entries_charge on provider_entries (provider, charge_id);
-- how many lines are older than one, which is about where it stands in a chronological book
create index provider_entries_position on provider_entries (provider, direction, occurred_at);

-- our payments beside the providers' lines, a slice at a time
create index payments_created_at on payments (provider, created_at);

-- how far each provider's book has been read
create table provider_cursors (
  provider text primary key,
  -- lines that need not be read again (Stars: the offset of getStarTransactions)
  position bigint not null default 0,
  -- everything before this moment has been read (YooKassa: created_at)
  read_until timestamptz,
  -- each of our payments that was taken up to this moment has a line, matched or named as missing
  matched_until timestamptz,
  updated_at timestamptz not null default now(),
  constraint provider_cursors_provider_known check (provider in ('stars', 'telegram', 'yookassa')),
  constraint provider_cursors_position_nonnegative check (position >= 0)
);

create table reconcile_runs (
  id bigint generated always as identity primary key,
  -- pending: providers against ours; books: that, and ledger against balances
  kind text not null,
  actor text not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  report jsonb,
  failure text,
  constraint reconcile_runs_kind_known check (kind in ('pending', 'books')),
  constraint reconcile_runs_actor_length check (length(actor) between 1 and 128),
  constraint reconcile_runs_report_object check (jsonb_typeof(report) = 'object'),
  constraint reconcile_runs_failure_length check (length(failure) between 1 and 1000)
);

create index reconcile_runs_kind on reconcile_runs (kind, id desc);

create table tariff_versions (
  version text primary key,
  content jsonb not null,
  content_hash bytea not null,
  first_seen_at timestamptz not null default now(),
  constraint tariff_versions_version_length check (length(version) between 1 and 64),
  constraint tariff_versions_hash_length check (length(content_hash) = 32)
);

grant select, insert, update on provider_entries, provider_cursors, reconcile_runs to kopeika_app;
grant select, insert on tariff_versions to kopeika_app;
