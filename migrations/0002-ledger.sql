-- Why: the wallet. A balance is a running total of append-only transactions; holds reserve coins for work that lasts.
-- Lock: none, new tables only.
-- Way back: drop the tables (only before the first coin moved).

create table user_balances (
  id uuid primary key default uuidv7(),
  user_id uuid not null,
  -- always equal to sum(transactions.amount) of the person
  coins bigint not null default 0,
  -- reserved by active holds; spendable = coins - held
  held bigint not null default 0,
  -- coins of refunded payments that were spent already; the next top-up pays it first
  debt bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_balances_user_unique unique (user_id),
  constraint user_balances_user_fk foreign key (user_id) references users (id),
  constraint user_balances_coins_nonnegative check (coins >= 0),
  -- JSON numbers are exact only up to 2^53-1
  constraint user_balances_coins_safe check (coins <= 9007199254740991),
  constraint user_balances_held_within_coins check (held >= 0 and held <= coins),
  constraint user_balances_debt_nonnegative check (debt >= 0 and debt <= 9007199254740991)
);

create table transactions (
  id uuid primary key default uuidv7(),
  user_id uuid not null,
  amount bigint not null,
  type text not null,
  description text not null,
  created_at timestamptz not null default now(),
  balance_after bigint not null,
  service text,
  -- what caused it: 'payment:<id>', 'avatar:<id>', 'hold:<id>', 'bonus:<user>'
  reference text,
  price_version text,
  -- the client or operator that asked for it
  actor text not null,
  constraint transactions_user_fk foreign key (user_id) references users (id),
  constraint transactions_amount_not_zero check (amount <> 0),
  constraint transactions_amount_safe check (amount between -9007199254740991 and 9007199254740991),
  constraint transactions_type_known check (
    type in ('bonus', 'top_up', 'charge', 'refund', 'reversal', 'debt_payment', 'adjustment', 'opening')
  ),
  constraint transactions_sign check (
    case type
      when 'charge' then amount < 0
      when 'reversal' then amount < 0
      when 'debt_payment' then amount < 0
      when 'adjustment' then true
      else amount > 0
    end
  ),
  constraint transactions_description_length check (length(description) between 1 and 500),
  constraint transactions_service_length check (length(service) between 1 and 64),
  constraint transactions_reference_length check (length(reference) between 1 and 200),
  constraint transactions_price_version_length check (length(price_version) between 1 and 64),
  constraint transactions_actor_length check (length(actor) between 1 and 128),
  constraint transactions_balance_after_nonnegative check (balance_after >= 0)
);

-- keyset pages of one person's history, newest first
create index transactions_user_id_id on transactions (user_id, id desc);
-- one cause moves money once
create unique index transactions_type_reference_unique on transactions (type, reference) where reference is not null;

create table holds (
  id uuid primary key default uuidv7(),
  user_id uuid not null,
  coins bigint not null,
  captured_coins bigint,
  state text not null default 'active',
  service text,
  description text not null,
  price_version text,
  actor text not null,
  transaction_id uuid,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint holds_user_fk foreign key (user_id) references users (id),
  constraint holds_transaction_fk foreign key (transaction_id) references transactions (id),
  constraint holds_coins_positive check (coins > 0 and coins <= 9007199254740991),
  constraint holds_captured_within check (captured_coins > 0 and captured_coins <= coins),
  constraint holds_state_known check (state in ('active', 'captured', 'released', 'expired')),
  constraint holds_capture_complete check ((state = 'captured') = (captured_coins is not null and transaction_id is not null)),
  constraint holds_description_length check (length(description) between 1 and 500),
  constraint holds_service_length check (length(service) between 1 and 64),
  constraint holds_actor_length check (length(actor) between 1 and 128)
);

create index holds_active_by_expiry on holds (expires_at) where state = 'active';
create index holds_user_id on holds (user_id, id desc);

-- Written in the transaction of the work itself, so that a rolled back call frees its key.
create table idempotency_keys (
  client text not null,
  function_name text not null,
  route text not null,
  key text not null,
  input_hash bytea not null,
  status smallint,
  response jsonb,
  created_at timestamptz not null default now(),
  constraint idempotency_keys_pk primary key (client, function_name, route, key),
  constraint idempotency_keys_client_length check (length(client) between 1 and 128),
  constraint idempotency_keys_function_length check (length(function_name) between 1 and 64),
  constraint idempotency_keys_route_length check (length(route) between 1 and 200),
  constraint idempotency_keys_key_length check (length(key) between 1 and 255),
  constraint idempotency_keys_hash_length check (length(input_hash) = 32),
  constraint idempotency_keys_status_success check (status between 200 and 299)
);

create index idempotency_keys_created_at on idempotency_keys (created_at);
