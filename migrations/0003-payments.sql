-- Why: money from outside. An order is an invoice that we offered; a payment is a charge at a provider; every credit is
--      keyed by (provider, charge id), never by the order, since one invoice can be paid twice and by another person.
-- Lock: none, new tables only.
-- Way back: drop the tables (only before the first payment).

create table orders (
  id uuid primary key default uuidv7(),
  user_id uuid not null,
  provider text not null,
  pack text not null,
  coins bigint not null,
  currency text not null,
  -- in the currency's minor units; whole Stars for XTR
  amount bigint not null,
  price_version text not null,
  url text,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint orders_user_fk foreign key (user_id) references users (id),
  constraint orders_provider_known check (provider in ('stars', 'telegram', 'yookassa')),
  constraint orders_pack_length check (length(pack) between 1 and 64),
  constraint orders_coins_positive check (coins > 0 and coins <= 9007199254740991),
  constraint orders_currency_code check (currency ~ '^[A-Z]{3}$'),
  constraint orders_amount_positive check (amount > 0 and amount <= 9007199254740991),
  constraint orders_price_version_length check (length(price_version) between 1 and 64),
  constraint orders_url_length check (length(url) between 1 and 2048)
);

create index orders_user_id on orders (user_id, id desc);

create table payments (
  id uuid primary key default uuidv7(),
  provider text not null,
  -- the provider's own id of the charge (telegram_payment_charge_id for Stars and Telegram Payments)
  charge_id text not null,
  -- null where the payment fits no order (suspense)
  order_id uuid,
  -- the payer, who gets the coins
  user_id uuid not null,
  state text not null,
  currency text not null,
  amount bigint not null,
  coins bigint not null default 0,
  -- why it waits, for suspense
  reason text,
  transaction_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint payments_provider_charge_unique unique (provider, charge_id),
  constraint payments_order_fk foreign key (order_id) references orders (id),
  constraint payments_user_fk foreign key (user_id) references users (id),
  constraint payments_transaction_fk foreign key (transaction_id) references transactions (id),
  constraint payments_provider_known check (provider in ('stars', 'telegram', 'yookassa')),
  constraint payments_charge_id_length check (length(charge_id) between 1 and 255),
  constraint payments_state_known check (state in ('credited', 'suspense', 'refunded', 'partly_refunded')),
  constraint payments_currency_code check (currency ~ '^[A-Z]{3}$'),
  constraint payments_amount_positive check (amount > 0 and amount <= 9007199254740991),
  constraint payments_coins_range check (coins >= 0 and coins <= 9007199254740991),
  constraint payments_credited_complete check (state = 'suspense' or (coins > 0 and transaction_id is not null)),
  constraint payments_suspense_has_reason check ((state = 'suspense') = (reason is not null)),
  constraint payments_reason_length check (length(reason) between 1 and 200)
);

create index payments_user_id on payments (user_id, id desc);
create index payments_suspense on payments (created_at) where state = 'suspense';

create table refunds (
  id uuid primary key default uuidv7(),
  payment_id uuid not null,
  -- in the payment's currency, minor units
  amount bigint not null,
  -- coins of the refunded part; taken from the balance, the rest became debt
  coins bigint not null,
  debt_added bigint not null default 0,
  state text not null,
  reason text not null,
  actor text not null,
  transaction_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint refunds_payment_fk foreign key (payment_id) references payments (id),
  constraint refunds_transaction_fk foreign key (transaction_id) references transactions (id),
  constraint refunds_amount_positive check (amount > 0),
  constraint refunds_coins_range check (coins >= 0 and debt_added >= 0 and debt_added <= coins),
  constraint refunds_state_known check (state in ('requested', 'done', 'failed')),
  constraint refunds_reason_length check (length(reason) between 1 and 500),
  constraint refunds_actor_length check (length(actor) between 1 and 128)
);

create index refunds_payment_id on refunds (payment_id);
