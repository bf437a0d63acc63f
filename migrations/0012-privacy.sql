-- Why: what a person decides about the own data. Consents name the version of the terms that was shown, and when the person went on;
--      deletion requests wait out their grace period; exports are work that lasts longer than a call, its row is the job (as recordings');
--      erasures are what is still to be done after a person's rows have gone: objects, late writers, the copies in the backups.
-- Lock: new tables; their foreign keys take SHARE ROW EXCLUSIVE on users for a moment. SHARE on idempotency_keys, payments and telegram_updates
--      for as long as one index of each takes (reads go on, writes wait).
-- Way back: drop the four tables and the last three indexes. Whoever waits for the erasure must be erased by hand first.

create table consents (
  id uuid primary key default uuidv7(),
  user_id uuid not null,
  terms_version text not null,
  -- the line that names the terms stood in the chat, or on the page
  shown_at timestamptz not null default now(),
  -- the person went on
  given_at timestamptz,
  actor text not null,
  constraint consents_user_fk foreign key (user_id) references users (id),
  constraint consents_once_a_version unique (user_id, terms_version),
  constraint consents_terms_version_length check (length(terms_version) between 1 and 64),
  constraint consents_given_after_shown check (given_at >= shown_at),
  constraint consents_actor_length check (length(actor) between 1 and 128)
);

create table deletion_requests (
  id uuid primary key default uuidv7(),
  user_id uuid not null,
  erase_at timestamptz not null,
  reminded_at timestamptz,
  undone_at timestamptz,
  actor text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint deletion_requests_user_fk foreign key (user_id) references users (id),
  constraint deletion_requests_grace check (erase_at >= created_at),
  constraint deletion_requests_actor_length check (length(actor) between 1 and 128)
);

-- one waits at a time; it goes with its person
create unique index deletion_requests_one_open on deletion_requests (user_id) where undone_at is null;
create index deletion_requests_due on deletion_requests (erase_at) where undone_at is null;
create index deletion_requests_user_id on deletion_requests (user_id, id desc);

create table exports (
  id uuid primary key default uuidv7(),
  user_id uuid not null,
  state text not null default 'queued',
  -- in hundredths of the work
  progress smallint not null default 0,
  -- our message in the person's private chat that shows how far it is
  message_id bigint,
  -- archives that the chat has; an export that is taken up again goes on behind them
  parts_sent smallint not null default 0,
  -- why it failed
  reason text,
  attempts smallint not null default 0,
  -- who is at it; a worker that dies loses it when this is over
  lease_holder uuid,
  lease_until timestamptz,
  due_at timestamptz not null default now(),
  actor text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint exports_user_fk foreign key (user_id) references users (id),
  constraint exports_state_known check (state in ('queued', 'building', 'done', 'failed')),
  constraint exports_progress_range check (progress between 0 and 100),
  constraint exports_parts_sent_range check (parts_sent >= 0),
  constraint exports_reason_length check (length(reason) between 1 and 32),
  constraint exports_failed_with_reason check ((state = 'failed') = (reason is not null)),
  constraint exports_actor_length check (length(actor) between 1 and 128)
);

-- asked for twice is made once
create unique index exports_one_open on exports (user_id) where state in ('queued', 'building');
create index exports_open on exports (due_at) where state in ('queued', 'building');
create index exports_user_id on exports (user_id, id desc);
create index exports_ended on exports (updated_at) where state in ('done', 'failed');

create table erasures (
  -- the pseudonym under which the ledger stays
  user_id uuid primary key,
  erased_at timestamptz not null,
  -- when it is looked after what is left: at once, and once more when every call that was under way has ended
  due_at timestamptz not null default now(),
  passes smallint not null default 0,
  -- the backups hold no copy of the person's objects any more
  backups_told_at timestamptz,
  done_at timestamptz,
  constraint erasures_user_fk foreign key (user_id) references users (id),
  constraint erasures_passes_nonnegative check (passes >= 0)
);

create index erasures_open on erasures (due_at) where done_at is null;

-- stored answers that name a person are found again, and go with the person
create index idempotency_keys_person on idempotency_keys ((coalesce(response ->> 'userId', response #>> '{user,id}')))
  where response ? 'userId' or response ? 'user';

-- a person's money, also where an operator credited it to somebody else
create index payments_payer_id on payments (payer_id) where payer_id is not null;

-- what a person sent is found without reading through the inbox
create index telegram_updates_telegram_id on telegram_updates (telegram_id) where telegram_id is not null;

grant select, insert, update, delete on consents, deletion_requests, exports, erasures to kopeika_app;
