-- Why: accounts are made on first use; settings, the person's data key and the proof that a welcome bonus was given.
-- Lock: none, new tables only.
-- Way back: drop the four tables; nothing else refers to them yet.

create table users (
  id uuid primary key default uuidv7(),
  -- null after erasure: the ledger stays, the person does not
  telegram_id bigint,
  username text,
  first_name text,
  language_code text,
  blocked_at timestamptz,
  erased_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint users_telegram_id_unique unique (telegram_id),
  constraint users_telegram_id_positive check (telegram_id > 0),
  constraint users_username_length check (length(username) between 1 and 64),
  constraint users_first_name_length check (length(first_name) between 1 and 128),
  constraint users_language_code_length check (length(language_code) between 1 and 35),
  constraint users_erased_has_no_person check (erased_at is null or (telegram_id is null and username is null and first_name is null))
);

create table user_states (
  id uuid primary key default uuidv7(),
  user_id uuid not null,
  -- {"settings": {...}, "dialogue": {...}}
  state_data jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_states_user_unique unique (user_id),
  constraint user_states_user_fk foreign key (user_id) references users (id),
  constraint user_states_data_object check (jsonb_typeof(state_data) = 'object')
);

-- One data key for each person, wrapped by a master key: destroying the row makes the person's texts unreadable.
create table user_keys (
  user_id uuid primary key,
  version integer not null default 1,
  wrapped_key bytea not null,
  master_key_id text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_keys_user_fk foreign key (user_id) references users (id),
  constraint user_keys_wrapped_length check (length(wrapped_key) between 48 and 256),
  constraint user_keys_master_key_id_length check (length(master_key_id) between 1 and 64)
);

-- A keyed hash of the Telegram id outlives erasure, so that leaving and coming back earns no second welcome bonus.
create table bonus_claims (
  person_hash bytea primary key,
  claimed_at timestamptz not null default now(),
  constraint bonus_claims_hash_length check (length(person_hash) = 32)
);
