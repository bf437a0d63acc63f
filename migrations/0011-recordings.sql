-- Why: a recording becomes a transcript in work that lasts longer than a call. Its row is the work: what to fetch, which coins are set aside
--      for it, who is at it until when, how it ended, and whether the chat has been told (decision 0007).
-- Lock: none, a new table only; its foreign keys take SHARE ROW EXCLUSIVE on users and holds for a moment (no row has to be checked).
-- Way back: drop the table.

create table recordings (
  -- the transcript that comes of it has the same id
  id uuid primary key default uuidv7(),
  user_id uuid not null,
  hold_id uuid not null,
  -- Telegram's name of the file; forgotten when the work has ended
  telegram_file_id text,
  -- a title that was given, sealed like a transcript's
  title_data bytea,
  language text,
  -- what the price was quoted for
  duration_seconds integer not null,
  -- our message in the person's private chat that shows how far it is; null: nobody watches
  message_id bigint,
  state text not null default 'queued',
  -- why it failed
  reason text,
  transaction_id uuid,
  attempts smallint not null default 0,
  -- who is at it; a worker that dies loses it when this is over
  lease_holder uuid,
  lease_until timestamptz,
  -- when it may be tried (again)
  due_at timestamptz not null default now(),
  -- how often it was tried to tell the chat of the end, and whether that is done
  tellings smallint not null default 0,
  told boolean not null default false,
  actor text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint recordings_user_fk foreign key (user_id) references users (id),
  constraint recordings_hold_fk foreign key (hold_id) references holds (id),
  constraint recordings_hold_once unique (hold_id),
  constraint recordings_file_length check (length(telegram_file_id) between 1 and 256),
  constraint recordings_language_length check (length(language) between 1 and 35),
  constraint recordings_duration_positive check (duration_seconds between 1 and 86400),
  constraint recordings_state_known check (state in ('queued', 'downloading', 'recognising', 'done', 'failed')),
  constraint recordings_reason_length check (length(reason) between 1 and 32),
  constraint recordings_failed_with_reason check ((state = 'failed') = (reason is not null)),
  constraint recordings_done_with_charge check ((state = 'done') = (transaction_id is not null)),
  constraint recordings_file_until_the_end check ((telegram_file_id is null) = (state in ('done', 'failed'))),
  constraint recordings_actor_length check (length(actor) between 1 and 128)
);

create index recordings_user_id on recordings (user_id, id desc);
-- what is to be done, and what is to be told: both small, whatever has gone before
create index recordings_open on recordings (due_at) where state in ('queued', 'downloading', 'recognising');
create index recordings_untold on recordings (due_at) where not told and state in ('done', 'failed');
-- a button that is pressed twice pays once
create unique index recordings_one_per_message on recordings (user_id, message_id) where state <> 'failed';

grant select, insert, update, delete on recordings to kopeika_app;
