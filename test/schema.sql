-- Made from migrations/ by `npm run schema`; shows in a review what they change. Not meant to be run.

create table audit_log (
  id bigint generated always as identity not null,
  created_at timestamp with time zone default now() not null,
  actor text not null,
  action text not null,
  subject text,
  details jsonb default '{}'::jsonb not null,
  constraint audit_log_pkey PRIMARY KEY (id),
  constraint audit_log_action_length CHECK (length(action) >= 1 AND length(action) <= 128),
  constraint audit_log_actor_length CHECK (length(actor) >= 1 AND length(actor) <= 128),
  constraint audit_log_details_object CHECK (jsonb_typeof(details) = 'object'::text),
  constraint audit_log_subject_length CHECK (length(subject) >= 1 AND length(subject) <= 200)
);
create table audit_seals (
  id bigint not null,
  sealed_at timestamp with time zone default now() not null,
  first_id bigint not null,
  last_id bigint not null,
  entries bigint not null,
  content_hash bytea not null,
  seal bytea not null,
  constraint audit_seals_pkey PRIMARY KEY (id),
  constraint audit_seals_content_hash_length CHECK (length(content_hash) = 32),
  constraint audit_seals_entries_positive CHECK (entries > 0),
  constraint audit_seals_id_positive CHECK (id > 0),
  constraint audit_seals_range CHECK (last_id >= first_id AND first_id > 0),
  constraint audit_seals_seal_length CHECK (length(seal) = 32)
);
create table bonus_claims (
  person_hash bytea not null,
  claimed_at timestamp with time zone default now() not null,
  constraint bonus_claims_pkey PRIMARY KEY (person_hash),
  constraint bonus_claims_hash_length CHECK (length(person_hash) = 32)
);
create table cabinet_logins (
  token_hash bytea not null,
  user_id uuid not null,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  constraint cabinet_logins_pkey PRIMARY KEY (token_hash),
  constraint cabinet_logins_expires_later CHECK (expires_at > created_at),
  constraint cabinet_logins_token_hash_length CHECK (length(token_hash) = 32),
  constraint cabinet_logins_user_fk FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
create table cabinet_sessions (
  id uuid default uuidv7() not null,
  user_id uuid not null,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  constraint cabinet_sessions_pkey PRIMARY KEY (id),
  constraint cabinet_sessions_expires_later CHECK (expires_at > created_at),
  constraint cabinet_sessions_user_fk FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
create table consents (
  id uuid default uuidv7() not null,
  user_id uuid not null,
  terms_version text not null,
  shown_at timestamp with time zone default now() not null,
  given_at timestamp with time zone,
  actor text not null,
  constraint consents_pkey PRIMARY KEY (id),
  constraint consents_actor_length CHECK (length(actor) >= 1 AND length(actor) <= 128),
  constraint consents_given_after_shown CHECK (given_at >= shown_at),
  constraint consents_once_a_version UNIQUE (user_id, terms_version),
  constraint consents_terms_version_length CHECK (length(terms_version) >= 1 AND length(terms_version) <= 64),
  constraint consents_user_fk FOREIGN KEY (user_id) REFERENCES users(id)
);
create table deletion_requests (
  id uuid default uuidv7() not null,
  user_id uuid not null,
  erase_at timestamp with time zone not null,
  reminded_at timestamp with time zone,
  undone_at timestamp with time zone,
  actor text not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint deletion_requests_pkey PRIMARY KEY (id),
  constraint deletion_requests_actor_length CHECK (length(actor) >= 1 AND length(actor) <= 128),
  constraint deletion_requests_grace CHECK (erase_at >= created_at),
  constraint deletion_requests_user_fk FOREIGN KEY (user_id) REFERENCES users(id)
);
create table erasures (
  user_id uuid not null,
  erased_at timestamp with time zone not null,
  due_at timestamp with time zone default now() not null,
  passes smallint default 0 not null,
  backups_told_at timestamp with time zone,
  done_at timestamp with time zone,
  constraint erasures_pkey PRIMARY KEY (user_id),
  constraint erasures_passes_nonnegative CHECK (passes >= 0),
  constraint erasures_user_fk FOREIGN KEY (user_id) REFERENCES users(id)
);
create table exports (
  id uuid default uuidv7() not null,
  user_id uuid not null,
  state text default 'queued'::text not null,
  progress smallint default 0 not null,
  message_id bigint,
  parts_sent smallint default 0 not null,
  reason text,
  attempts smallint default 0 not null,
  lease_holder uuid,
  lease_until timestamp with time zone,
  due_at timestamp with time zone default now() not null,
  actor text not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint exports_pkey PRIMARY KEY (id),
  constraint exports_actor_length CHECK (length(actor) >= 1 AND length(actor) <= 128),
  constraint exports_failed_with_reason CHECK ((state = 'failed'::text) = (reason IS NOT NULL)),
  constraint exports_parts_sent_range CHECK (parts_sent >= 0),
  constraint exports_progress_range CHECK (progress >= 0 AND progress <= 100),
  constraint exports_reason_length CHECK (length(reason) >= 1 AND length(reason) <= 32),
  constraint exports_state_known CHECK (state = ANY (ARRAY['queued'::text, 'building'::text, 'done'::text, 'failed'::text])),
  constraint exports_user_fk FOREIGN KEY (user_id) REFERENCES users(id)
);
create table holds (
  id uuid default uuidv7() not null,
  user_id uuid not null,
  coins bigint not null,
  captured_coins bigint,
  state text default 'active'::text not null,
  service text,
  description text not null,
  price_version text,
  actor text not null,
  transaction_id uuid,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint holds_pkey PRIMARY KEY (id),
  constraint holds_actor_length CHECK (length(actor) >= 1 AND length(actor) <= 128),
  constraint holds_capture_complete CHECK ((state = 'captured'::text) = (captured_coins IS NOT NULL AND transaction_id IS NOT NULL)),
  constraint holds_captured_within CHECK (captured_coins > 0 AND captured_coins <= coins),
  constraint holds_coins_positive CHECK (coins > 0 AND coins <= '9007199254740991'::bigint),
  constraint holds_description_length CHECK (length(description) >= 1 AND length(description) <= 500),
  constraint holds_service_length CHECK (length(service) >= 1 AND length(service) <= 64),
  constraint holds_state_known CHECK (state = ANY (ARRAY['active'::text, 'captured'::text, 'released'::text, 'expired'::text])),
  constraint holds_transaction_fk FOREIGN KEY (transaction_id) REFERENCES transactions(id),
  constraint holds_user_fk FOREIGN KEY (user_id) REFERENCES users(id)
);
create table idempotency_keys (
  client text not null,
  function_name text not null,
  route text not null,
  key text not null,
  input_hash bytea not null,
  status smallint,
  response jsonb,
  created_at timestamp with time zone default now() not null,
  constraint idempotency_keys_pk PRIMARY KEY (client, function_name, route, key),
  constraint idempotency_keys_client_length CHECK (length(client) >= 1 AND length(client) <= 128),
  constraint idempotency_keys_function_length CHECK (length(function_name) >= 1 AND length(function_name) <= 64),
  constraint idempotency_keys_hash_length CHECK (length(input_hash) = 32),
  constraint idempotency_keys_key_length CHECK (length(key) >= 1 AND length(key) <= 255),
  constraint idempotency_keys_route_length CHECK (length(route) >= 1 AND length(route) <= 200),
  constraint idempotency_keys_status_success CHECK (status >= 200 AND status <= 299)
);
create table leases (
  name text not null,
  holder text not null,
  expires_at timestamp with time zone not null,
  started_at timestamp with time zone default now() not null,
  constraint leases_pkey PRIMARY KEY (name),
  constraint leases_holder_length CHECK (length(holder) >= 1 AND length(holder) <= 128),
  constraint leases_name_length CHECK (length(name) >= 1 AND length(name) <= 64)
);
create table orders (
  id uuid default uuidv7() not null,
  user_id uuid not null,
  provider text not null,
  pack text not null,
  coins bigint not null,
  currency text not null,
  amount bigint not null,
  price_version text not null,
  url text,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  external_id text,
  state text default 'open'::text not null,
  constraint orders_pkey PRIMARY KEY (id),
  constraint orders_amount_positive CHECK (amount > 0 AND amount <= '9007199254740991'::bigint),
  constraint orders_coins_positive CHECK (coins > 0 AND coins <= '9007199254740991'::bigint),
  constraint orders_currency_code CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint orders_external_id_length CHECK (length(external_id) >= 1 AND length(external_id) <= 255),
  constraint orders_pack_length CHECK (length(pack) >= 1 AND length(pack) <= 64),
  constraint orders_price_version_length CHECK (length(price_version) >= 1 AND length(price_version) <= 64),
  constraint orders_provider_known CHECK (provider = ANY (ARRAY['stars'::text, 'telegram'::text, 'yookassa'::text])),
  constraint orders_state_known CHECK (state = ANY (ARRAY['open'::text, 'paid'::text, 'canceled'::text, 'expired'::text])),
  constraint orders_url_length CHECK (length(url) >= 1 AND length(url) <= 2048),
  constraint orders_user_fk FOREIGN KEY (user_id) REFERENCES users(id)
);
create table payments (
  id uuid default uuidv7() not null,
  provider text not null,
  charge_id text not null,
  order_id uuid,
  user_id uuid,
  state text not null,
  currency text not null,
  amount bigint not null,
  coins bigint default 0 not null,
  reason text,
  transaction_id uuid,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  payer_id uuid,
  returned_before_credit bigint default 0 not null,
  paid_at timestamp with time zone,
  processor_charge_id text,
  constraint payments_pkey PRIMARY KEY (id),
  constraint payments_amount_positive CHECK (amount > 0 AND amount <= '9007199254740991'::bigint),
  constraint payments_charge_id_length CHECK (length(charge_id) >= 1 AND length(charge_id) <= 255),
  constraint payments_coins_range CHECK (coins >= 0 AND coins <= '9007199254740991'::bigint),
  constraint payments_credited_complete CHECK (
CASE
    WHEN state = 'suspense'::text THEN transaction_id IS NULL
    WHEN state = 'refunded'::text AND coins = 0 THEN transaction_id IS NULL
    ELSE user_id IS NOT NULL AND coins > 0 AND transaction_id IS NOT NULL
END),
  constraint payments_currency_code CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint payments_order_fk FOREIGN KEY (order_id) REFERENCES orders(id),
  constraint payments_payer_fk FOREIGN KEY (payer_id) REFERENCES users(id),
  constraint payments_processor_charge_id_length CHECK (length(processor_charge_id) >= 1 AND length(processor_charge_id) <= 255),
  constraint payments_provider_charge_unique UNIQUE (provider, charge_id),
  constraint payments_provider_known CHECK (provider = ANY (ARRAY['stars'::text, 'telegram'::text, 'yookassa'::text])),
  constraint payments_reason_length CHECK (length(reason) >= 1 AND length(reason) <= 200),
  constraint payments_returned_before_credit_range CHECK (returned_before_credit >= 0 AND returned_before_credit <= amount),
  constraint payments_state_known CHECK (state = ANY (ARRAY['credited'::text, 'suspense'::text, 'refunded'::text, 'partly_refunded'::text])),
  constraint payments_suspense_has_reason CHECK ((state = 'suspense'::text) = (reason IS NOT NULL)),
  constraint payments_transaction_fk FOREIGN KEY (transaction_id) REFERENCES transactions(id),
  constraint payments_user_fk FOREIGN KEY (user_id) REFERENCES users(id)
);
create table provider_cursors (
  provider text not null,
  "position" bigint default 0 not null,
  read_until timestamp with time zone,
  matched_until timestamp with time zone,
  updated_at timestamp with time zone default now() not null,
  constraint provider_cursors_pkey PRIMARY KEY (provider),
  constraint provider_cursors_position_nonnegative CHECK ("position" >= 0),
  constraint provider_cursors_provider_known CHECK (provider = ANY (ARRAY['stars'::text, 'telegram'::text, 'yookassa'::text]))
);
create table provider_entries (
  provider text not null,
  direction text not null,
  external_id text not null,
  charge_id text not null,
  currency text not null,
  amount bigint not null,
  occurred_at timestamp with time zone not null,
  state text not null,
  reason text,
  payment_id uuid,
  refund_id uuid,
  seen_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint provider_entries_pk PRIMARY KEY (provider, direction, external_id),
  constraint provider_entries_amount_range CHECK (amount >= 0 AND amount <= '9007199254740991'::bigint),
  constraint provider_entries_charge_id_length CHECK (length(charge_id) >= 1 AND length(charge_id) <= 255),
  constraint provider_entries_currency_code CHECK (currency ~ '^[A-Z]{3}$'::text),
  constraint provider_entries_direction_known CHECK (direction = ANY (ARRAY['in'::text, 'out'::text])),
  constraint provider_entries_external_id_length CHECK (length(external_id) >= 1 AND length(external_id) <= 255),
  constraint provider_entries_payment_fk FOREIGN KEY (payment_id) REFERENCES payments(id),
  constraint provider_entries_provider_known CHECK (provider = ANY (ARRAY['stars'::text, 'telegram'::text, 'yookassa'::text])),
  constraint provider_entries_reason_given CHECK ((state = 'matched'::text) = (reason IS NULL)),
  constraint provider_entries_reason_length CHECK (length(reason) >= 1 AND length(reason) <= 200),
  constraint provider_entries_refund_fk FOREIGN KEY (refund_id) REFERENCES refunds(id),
  constraint provider_entries_state_known CHECK (state = ANY (ARRAY['matched'::text, 'unmatched'::text, 'ignored'::text]))
);
create table reconcile_runs (
  id bigint generated always as identity not null,
  kind text not null,
  actor text not null,
  started_at timestamp with time zone default now() not null,
  finished_at timestamp with time zone,
  report jsonb,
  failure text,
  constraint reconcile_runs_pkey PRIMARY KEY (id),
  constraint reconcile_runs_actor_length CHECK (length(actor) >= 1 AND length(actor) <= 128),
  constraint reconcile_runs_failure_length CHECK (length(failure) >= 1 AND length(failure) <= 1000),
  constraint reconcile_runs_kind_known CHECK (kind = ANY (ARRAY['pending'::text, 'books'::text])),
  constraint reconcile_runs_report_object CHECK (jsonb_typeof(report) = 'object'::text)
);
create table recordings (
  id uuid default uuidv7() not null,
  user_id uuid not null,
  hold_id uuid not null,
  telegram_file_id text,
  title_data bytea,
  language text,
  duration_seconds integer not null,
  message_id bigint,
  state text default 'queued'::text not null,
  reason text,
  transaction_id uuid,
  attempts smallint default 0 not null,
  lease_holder uuid,
  lease_until timestamp with time zone,
  due_at timestamp with time zone default now() not null,
  tellings smallint default 0 not null,
  told boolean default false not null,
  actor text not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint recordings_pkey PRIMARY KEY (id),
  constraint recordings_actor_length CHECK (length(actor) >= 1 AND length(actor) <= 128),
  constraint recordings_done_with_charge CHECK ((state = 'done'::text) = (transaction_id IS NOT NULL)),
  constraint recordings_duration_positive CHECK (duration_seconds >= 1 AND duration_seconds <= 86400),
  constraint recordings_failed_with_reason CHECK ((state = 'failed'::text) = (reason IS NOT NULL)),
  constraint recordings_file_length CHECK (length(telegram_file_id) >= 1 AND length(telegram_file_id) <= 256),
  constraint recordings_file_until_the_end CHECK ((telegram_file_id IS NULL) = (state = ANY (ARRAY['done'::text, 'failed'::text]))),
  constraint recordings_hold_fk FOREIGN KEY (hold_id) REFERENCES holds(id),
  constraint recordings_hold_once UNIQUE (hold_id),
  constraint recordings_language_length CHECK (length(language) >= 1 AND length(language) <= 35),
  constraint recordings_reason_length CHECK (length(reason) >= 1 AND length(reason) <= 32),
  constraint recordings_state_known CHECK (state = ANY (ARRAY['queued'::text, 'downloading'::text, 'recognising'::text, 'done'::text, 'failed'::text])),
  constraint recordings_user_fk FOREIGN KEY (user_id) REFERENCES users(id)
);
create table refunds (
  id uuid default uuidv7() not null,
  payment_id uuid not null,
  amount bigint not null,
  coins bigint not null,
  debt_added bigint default 0 not null,
  state text not null,
  reason text not null,
  actor text not null,
  transaction_id uuid,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  external_id text,
  origin text default 'operator'::text not null,
  failure text,
  returned_transaction_id uuid,
  constraint refunds_pkey PRIMARY KEY (id),
  constraint refunds_actor_length CHECK (length(actor) >= 1 AND length(actor) <= 128),
  constraint refunds_amount_positive CHECK (amount > 0),
  constraint refunds_coins_range CHECK (coins >= 0 AND debt_added >= 0 AND debt_added <= coins),
  constraint refunds_external_id_length CHECK (length(external_id) >= 1 AND length(external_id) <= 255),
  constraint refunds_failed_has_failure CHECK ((state = 'failed'::text) = (failure IS NOT NULL)),
  constraint refunds_failure_length CHECK (length(failure) >= 1 AND length(failure) <= 300),
  constraint refunds_origin_known CHECK (origin = ANY (ARRAY['operator'::text, 'self_service'::text, 'outside'::text])),
  constraint refunds_payment_external_id_unique UNIQUE (payment_id, external_id),
  constraint refunds_payment_fk FOREIGN KEY (payment_id) REFERENCES payments(id),
  constraint refunds_reason_length CHECK (length(reason) >= 1 AND length(reason) <= 500),
  constraint refunds_returned_transaction_fk FOREIGN KEY (returned_transaction_id) REFERENCES transactions(id),
  constraint refunds_state_known CHECK (state = ANY (ARRAY['requested'::text, 'done'::text, 'failed'::text])),
  constraint refunds_transaction_fk FOREIGN KEY (transaction_id) REFERENCES transactions(id)
);
create table schema_migrations (
  id text not null,
  checksum text not null,
  applied_at timestamp with time zone default now() not null,
  app_version text,
  constraint schema_migrations_pkey PRIMARY KEY (id),
  constraint schema_migrations_checksum_length CHECK (length(checksum) = 64)
);
create table suspended_people (
  person_hash bytea not null,
  suspension jsonb not null,
  created_at timestamp with time zone default now() not null,
  constraint suspended_people_pkey PRIMARY KEY (person_hash),
  constraint suspended_people_hash_length CHECK (length(person_hash) = 32)
);
create table tariff_versions (
  version text not null,
  content jsonb not null,
  content_hash bytea not null,
  first_seen_at timestamp with time zone default now() not null,
  constraint tariff_versions_pkey PRIMARY KEY (version),
  constraint tariff_versions_hash_length CHECK (length(content_hash) = 32),
  constraint tariff_versions_version_length CHECK (length(version) >= 1 AND length(version) <= 64)
);
create table telegram_updates (
  update_id bigint not null,
  kind text not null,
  telegram_id bigint,
  body jsonb,
  state text default 'processing'::text not null,
  attempts integer default 1 not null,
  claimed_until timestamp with time zone not null,
  last_error text,
  received_at timestamp with time zone default now() not null,
  handled_at timestamp with time zone,
  constraint telegram_updates_pkey PRIMARY KEY (update_id),
  constraint telegram_updates_attempts_positive CHECK (attempts >= 1),
  constraint telegram_updates_done_has_no_body CHECK (state <> 'done'::text OR body IS NULL),
  constraint telegram_updates_error_length CHECK (length(last_error) <= 1000),
  constraint telegram_updates_handled_at CHECK ((handled_at IS NOT NULL) = (state = ANY (ARRAY['done'::text, 'dead'::text]))),
  constraint telegram_updates_id_range CHECK (update_id >= 0 AND update_id <= '9007199254740991'::bigint),
  constraint telegram_updates_kind_length CHECK (length(kind) >= 1 AND length(kind) <= 64),
  constraint telegram_updates_state_known CHECK (state = ANY (ARRAY['processing'::text, 'failed'::text, 'done'::text, 'dead'::text]))
);
create table transactions (
  id uuid default uuidv7() not null,
  user_id uuid not null,
  amount bigint not null,
  type text not null,
  description text not null,
  created_at timestamp with time zone default now() not null,
  balance_after bigint not null,
  service text,
  reference text,
  price_version text,
  actor text not null,
  constraint transactions_pkey PRIMARY KEY (id),
  constraint transactions_actor_length CHECK (length(actor) >= 1 AND length(actor) <= 128),
  constraint transactions_amount_not_zero CHECK (amount <> 0),
  constraint transactions_amount_safe CHECK (amount >= '-9007199254740991'::bigint AND amount <= '9007199254740991'::bigint),
  constraint transactions_balance_after_nonnegative CHECK (balance_after >= 0),
  constraint transactions_description_length CHECK (length(description) >= 1 AND length(description) <= 500),
  constraint transactions_price_version_length CHECK (length(price_version) >= 1 AND length(price_version) <= 64),
  constraint transactions_reference_length CHECK (length(reference) >= 1 AND length(reference) <= 200),
  constraint transactions_service_length CHECK (length(service) >= 1 AND length(service) <= 64),
  constraint transactions_sign CHECK (
CASE type
    WHEN 'charge'::text THEN amount < 0
    WHEN 'reversal'::text THEN amount < 0
    WHEN 'debt_payment'::text THEN amount < 0
    WHEN 'adjustment'::text THEN true
    ELSE amount > 0
END),
  constraint transactions_type_known CHECK (type = ANY (ARRAY['bonus'::text, 'top_up'::text, 'charge'::text, 'refund'::text, 'reversal'::text, 'debt_payment'::text, 'adjustment'::text, 'opening'::text])),
  constraint transactions_user_fk FOREIGN KEY (user_id) REFERENCES users(id)
);
create table user_avatar_uses (
  id uuid default uuidv7() not null,
  avatar_id uuid not null,
  used_from timestamp with time zone default clock_timestamp() not null,
  used_to timestamp with time zone,
  constraint user_avatar_uses_pkey PRIMARY KEY (id),
  constraint user_avatar_uses_avatar_fk FOREIGN KEY (avatar_id) REFERENCES user_avatars(id) ON DELETE CASCADE,
  constraint user_avatar_uses_ends_later CHECK (used_to >= used_from)
);
create table user_avatars (
  id uuid default uuidv7() not null,
  user_id uuid not null,
  avatar_data jsonb not null,
  current boolean default false not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint user_avatars_pkey PRIMARY KEY (id),
  constraint user_avatars_data_object CHECK (jsonb_typeof(avatar_data) = 'object'::text),
  constraint user_avatars_user_fk FOREIGN KEY (user_id) REFERENCES users(id)
);
create table user_balances (
  id uuid default uuidv7() not null,
  user_id uuid not null,
  coins bigint default 0 not null,
  held bigint default 0 not null,
  debt bigint default 0 not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint user_balances_pkey PRIMARY KEY (id),
  constraint user_balances_coins_nonnegative CHECK (coins >= 0),
  constraint user_balances_coins_safe CHECK (coins <= '9007199254740991'::bigint),
  constraint user_balances_debt_nonnegative CHECK (debt >= 0 AND debt <= '9007199254740991'::bigint),
  constraint user_balances_held_within_coins CHECK (held >= 0 AND held <= coins),
  constraint user_balances_user_fk FOREIGN KEY (user_id) REFERENCES users(id),
  constraint user_balances_user_unique UNIQUE (user_id)
);
create table user_keys (
  user_id uuid not null,
  version integer default 1 not null,
  wrapped_key bytea not null,
  master_key_id text not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint user_keys_pkey PRIMARY KEY (user_id),
  constraint user_keys_master_key_id_length CHECK (length(master_key_id) >= 1 AND length(master_key_id) <= 64),
  constraint user_keys_user_fk FOREIGN KEY (user_id) REFERENCES users(id),
  constraint user_keys_wrapped_length CHECK (length(wrapped_key) >= 48 AND length(wrapped_key) <= 256)
);
create table user_states (
  id uuid default uuidv7() not null,
  user_id uuid not null,
  state_data jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint user_states_pkey PRIMARY KEY (id),
  constraint user_states_data_object CHECK (jsonb_typeof(state_data) = 'object'::text),
  constraint user_states_user_fk FOREIGN KEY (user_id) REFERENCES users(id),
  constraint user_states_user_unique UNIQUE (user_id)
);
create table user_transcript_words (
  transcript_id uuid not null,
  words_data bytea not null,
  version smallint not null,
  updated_at timestamp with time zone default now() not null,
  constraint user_transcript_words_pkey PRIMARY KEY (transcript_id),
  constraint user_transcript_words_transcript_fk FOREIGN KEY (transcript_id) REFERENCES user_transcripts(id) ON DELETE CASCADE,
  constraint user_transcript_words_version_positive CHECK (version > 0)
);
create table user_transcripts (
  id uuid default uuidv7() not null,
  user_id uuid not null,
  transcript_data bytea,
  object_key text,
  title_data bytea,
  format text not null,
  language text,
  characters integer not null,
  duration_seconds double precision,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint user_transcripts_pkey PRIMARY KEY (id),
  constraint user_transcripts_characters_positive CHECK (characters > 0),
  constraint user_transcripts_duration_positive CHECK (duration_seconds >= 0::double precision),
  constraint user_transcripts_format_known CHECK (format = ANY (ARRAY['text'::text, 'srt'::text, 'vtt'::text, 'json'::text])),
  constraint user_transcripts_language_length CHECK (length(language) >= 1 AND length(language) <= 35),
  constraint user_transcripts_object_key_length CHECK (length(object_key) >= 1 AND length(object_key) <= 512),
  constraint user_transcripts_stored_once CHECK (num_nonnulls(transcript_data, object_key) = 1),
  constraint user_transcripts_user_fk FOREIGN KEY (user_id) REFERENCES users(id)
);
create table users (
  id uuid default uuidv7() not null,
  telegram_id bigint,
  username text,
  first_name text,
  language_code text,
  blocked_at timestamp with time zone,
  erased_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint users_pkey PRIMARY KEY (id),
  constraint users_erased_has_no_person CHECK (erased_at IS NULL OR telegram_id IS NULL AND username IS NULL AND first_name IS NULL),
  constraint users_first_name_length CHECK (length(first_name) >= 1 AND length(first_name) <= 128),
  constraint users_language_code_length CHECK (length(language_code) >= 1 AND length(language_code) <= 35),
  constraint users_telegram_id_positive CHECK (telegram_id > 0),
  constraint users_telegram_id_unique UNIQUE (telegram_id),
  constraint users_username_length CHECK (length(username) >= 1 AND length(username) <= 64)
);

CREATE INDEX audit_log_subject ON public.audit_log USING btree (subject, id DESC);
CREATE INDEX cabinet_logins_expires_at ON public.cabinet_logins USING btree (expires_at);
CREATE INDEX cabinet_logins_user_id ON public.cabinet_logins USING btree (user_id, created_at DESC);
CREATE INDEX cabinet_sessions_expires_at ON public.cabinet_sessions USING btree (expires_at);
CREATE INDEX cabinet_sessions_user_id ON public.cabinet_sessions USING btree (user_id, id DESC);
CREATE INDEX deletion_requests_due ON public.deletion_requests USING btree (erase_at) WHERE (undone_at IS NULL);
CREATE UNIQUE INDEX deletion_requests_one_open ON public.deletion_requests USING btree (user_id) WHERE (undone_at IS NULL);
CREATE INDEX deletion_requests_user_id ON public.deletion_requests USING btree (user_id, id DESC);
CREATE INDEX erasures_open ON public.erasures USING btree (due_at) WHERE (done_at IS NULL);
CREATE INDEX exports_ended ON public.exports USING btree (updated_at) WHERE (state = ANY (ARRAY['done'::text, 'failed'::text]));
CREATE UNIQUE INDEX exports_one_open ON public.exports USING btree (user_id) WHERE (state = ANY (ARRAY['queued'::text, 'building'::text]));
CREATE INDEX exports_open ON public.exports USING btree (due_at) WHERE (state = ANY (ARRAY['queued'::text, 'building'::text]));
CREATE INDEX exports_user_id ON public.exports USING btree (user_id, id DESC);
CREATE INDEX holds_active_by_expiry ON public.holds USING btree (expires_at) WHERE (state = 'active'::text);
CREATE INDEX holds_active_by_user ON public.holds USING btree (user_id) WHERE (state = 'active'::text);
CREATE INDEX holds_user_id ON public.holds USING btree (user_id, id DESC);
CREATE INDEX idempotency_keys_created_at ON public.idempotency_keys USING btree (created_at);
CREATE INDEX idempotency_keys_person ON public.idempotency_keys USING btree (COALESCE((response ->> 'userId'::text), (response #>> '{user,id}'::text[]))) WHERE ((response ? 'userId'::text) OR (response ? 'user'::text));
CREATE INDEX orders_open ON public.orders USING btree (provider, created_at) WHERE (state = 'open'::text);
CREATE UNIQUE INDEX orders_provider_external_id_unique ON public.orders USING btree (provider, external_id) WHERE (external_id IS NOT NULL);
CREATE INDEX orders_user_id ON public.orders USING btree (user_id, id DESC);
CREATE INDEX payments_created_at ON public.payments USING btree (provider, created_at);
CREATE INDEX payments_order_id ON public.payments USING btree (order_id) WHERE (order_id IS NOT NULL);
CREATE INDEX payments_payer_id ON public.payments USING btree (payer_id) WHERE (payer_id IS NOT NULL);
CREATE INDEX payments_suspense ON public.payments USING btree (created_at) WHERE (state = 'suspense'::text);
CREATE INDEX payments_user_id ON public.payments USING btree (user_id, id DESC);
CREATE INDEX provider_entries_charge ON public.provider_entries USING btree (provider, charge_id);
CREATE INDEX provider_entries_position ON public.provider_entries USING btree (provider, direction, occurred_at);
CREATE INDEX provider_entries_unmatched ON public.provider_entries USING btree (occurred_at) WHERE (state = 'unmatched'::text);
CREATE INDEX reconcile_runs_kind ON public.reconcile_runs USING btree (kind, id DESC);
CREATE UNIQUE INDEX recordings_one_per_message ON public.recordings USING btree (user_id, message_id) WHERE (state <> 'failed'::text);
CREATE INDEX recordings_open ON public.recordings USING btree (due_at) WHERE (state = ANY (ARRAY['queued'::text, 'downloading'::text, 'recognising'::text]));
CREATE INDEX recordings_untold ON public.recordings USING btree (due_at) WHERE ((NOT told) AND (state = ANY (ARRAY['done'::text, 'failed'::text])));
CREATE INDEX recordings_user_id ON public.recordings USING btree (user_id, id DESC);
CREATE UNIQUE INDEX refunds_one_requested ON public.refunds USING btree (payment_id) WHERE (state = 'requested'::text);
CREATE INDEX refunds_payment_id ON public.refunds USING btree (payment_id);
CREATE INDEX refunds_requested ON public.refunds USING btree (updated_at) WHERE (state = 'requested'::text);
CREATE INDEX telegram_updates_received_at ON public.telegram_updates USING btree (received_at);
CREATE INDEX telegram_updates_telegram_id ON public.telegram_updates USING btree (telegram_id) WHERE (telegram_id IS NOT NULL);
CREATE INDEX telegram_updates_unhandled ON public.telegram_updates USING btree (received_at) WHERE (state <> 'done'::text);
CREATE UNIQUE INDEX transactions_type_reference_unique ON public.transactions USING btree (type, reference) WHERE (reference IS NOT NULL);
CREATE INDEX transactions_user_id_id ON public.transactions USING btree (user_id, id DESC);
CREATE INDEX user_avatar_uses_avatar_id ON public.user_avatar_uses USING btree (avatar_id, id DESC);
CREATE UNIQUE INDEX user_avatar_uses_one_open ON public.user_avatar_uses USING btree (avatar_id) WHERE (used_to IS NULL);
CREATE UNIQUE INDEX user_avatars_one_current ON public.user_avatars USING btree (user_id) WHERE current;
CREATE INDEX user_avatars_user_id ON public.user_avatars USING btree (user_id, id DESC);
CREATE INDEX user_transcripts_user_id ON public.user_transcripts USING btree (user_id, id DESC);
CREATE INDEX users_username ON public.users USING btree (lower(username)) WHERE (username IS NOT NULL);

grant usage on schema public to kopeika_app;
grant usage on schema public to kopeika_backup;
grant insert, select on audit_log to kopeika_app;
grant select on audit_log to kopeika_backup;
grant select on audit_log_id_seq to kopeika_backup;
grant insert, select on audit_seals to kopeika_app;
grant select on audit_seals to kopeika_backup;
grant insert, select on bonus_claims to kopeika_app;
grant select on bonus_claims to kopeika_backup;
grant delete, insert, select, update on cabinet_logins to kopeika_app;
grant select on cabinet_logins to kopeika_backup;
grant delete, insert, select, update on cabinet_sessions to kopeika_app;
grant select on cabinet_sessions to kopeika_backup;
grant delete, insert, select, update on consents to kopeika_app;
grant select on consents to kopeika_backup;
grant delete, insert, select, update on deletion_requests to kopeika_app;
grant select on deletion_requests to kopeika_backup;
grant delete, insert, select, update on erasures to kopeika_app;
grant select on erasures to kopeika_backup;
grant delete, insert, select, update on exports to kopeika_app;
grant select on exports to kopeika_backup;
grant insert, select, update on holds to kopeika_app;
grant select on holds to kopeika_backup;
grant delete, insert, select, update on idempotency_keys to kopeika_app;
grant select on idempotency_keys to kopeika_backup;
grant insert, select, update on leases to kopeika_app;
grant select on leases to kopeika_backup;
grant insert, select, update on orders to kopeika_app;
grant select on orders to kopeika_backup;
grant insert, select, update on payments to kopeika_app;
grant select on payments to kopeika_backup;
grant insert, select, update on provider_cursors to kopeika_app;
grant select on provider_cursors to kopeika_backup;
grant insert, select, update on provider_entries to kopeika_app;
grant select on provider_entries to kopeika_backup;
grant insert, select, update on reconcile_runs to kopeika_app;
grant select on reconcile_runs to kopeika_backup;
grant select on reconcile_runs_id_seq to kopeika_backup;
grant delete, insert, select, update on recordings to kopeika_app;
grant select on recordings to kopeika_backup;
grant insert, select, update on refunds to kopeika_app;
grant select on refunds to kopeika_backup;
grant select on schema_migrations to kopeika_app;
grant select on schema_migrations to kopeika_backup;
grant delete, insert, select on suspended_people to kopeika_app;
grant select on suspended_people to kopeika_backup;
grant insert, select on tariff_versions to kopeika_app;
grant select on tariff_versions to kopeika_backup;
grant delete, insert, select, update on telegram_updates to kopeika_app;
grant select on telegram_updates to kopeika_backup;
grant insert, select on transactions to kopeika_app;
grant select on transactions to kopeika_backup;
grant delete, insert, select, update on user_avatar_uses to kopeika_app;
grant select on user_avatar_uses to kopeika_backup;
grant delete, insert, select, update on user_avatars to kopeika_app;
grant select on user_avatars to kopeika_backup;
grant insert, select, update on user_balances to kopeika_app;
grant select on user_balances to kopeika_backup;
grant delete, insert, select, update on user_keys to kopeika_app;
grant select on user_keys to kopeika_backup;
grant delete, insert, select, update on user_states to kopeika_app;
grant select on user_states to kopeika_backup;
grant delete, insert, select, update on user_transcript_words to kopeika_app;
grant select on user_transcript_words to kopeika_backup;
grant delete, insert, select, update on user_transcripts to kopeika_app;
grant select on user_transcripts to kopeika_backup;
grant insert, select, update on users to kopeika_app;
grant select on users to kopeika_backup;
