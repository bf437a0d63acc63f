-- Why: the inbox makes each Telegram update take effect once; the audit log names who did what; leases keep scheduled
--      work from running twice at a time.
-- Lock: none, new tables only.
-- Way back: drop the tables; Telegram delivers unanswered updates again.

create table telegram_updates (
  update_id bigint primary key,
  kind text not null,
  telegram_id bigint,
  -- what Telegram sent; dropped once handled, since it may hold private words
  body jsonb,
  state text not null default 'processing',
  attempts integer not null default 1,
  -- while in the future, one handler is at it; afterwards another may take over
  claimed_until timestamptz not null,
  last_error text,
  received_at timestamptz not null default now(),
  handled_at timestamptz,
  constraint telegram_updates_id_range check (update_id between 0 and 9007199254740991),
  constraint telegram_updates_kind_length check (length(kind) between 1 and 64),
  constraint telegram_updates_state_known check (state in ('processing', 'failed', 'done', 'dead')),
  constraint telegram_updates_attempts_positive check (attempts >= 1),
  constraint telegram_updates_error_length check (length(last_error) <= 1000),
  constraint telegram_updates_done_has_no_body check (state <> 'done' or body is null),
  constraint telegram_updates_handled_at check ((handled_at is not null) = (state in ('done', 'dead')))
);

create index telegram_updates_unhandled on telegram_updates (received_at) where state <> 'done';
create index telegram_updates_received_at on telegram_updates (received_at);

create table audit_log (
  id bigint generated always as identity primary key,
  created_at timestamptz not null default now(),
  actor text not null,
  action text not null,
  subject text,
  details jsonb not null default '{}',
  constraint audit_log_actor_length check (length(actor) between 1 and 128),
  constraint audit_log_action_length check (length(action) between 1 and 128),
  constraint audit_log_subject_length check (length(subject) between 1 and 200),
  constraint audit_log_details_object check (jsonb_typeof(details) = 'object')
);

create index audit_log_subject on audit_log (subject, id desc);

create table leases (
  name text primary key,
  holder text not null,
  expires_at timestamptz not null,
  started_at timestamptz not null default now(),
  constraint leases_name_length check (length(name) between 1 and 64),
  constraint leases_holder_length check (length(holder) between 1 and 128)
);
