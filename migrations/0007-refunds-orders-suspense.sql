-- Why: refunds that are asked for, made outside or refused; orders that a provider knows by an id of its own (YooKassa); money that
--      came without a payer we know (it waits in suspense, and can be sent back from there).
-- Lock: ACCESS EXCLUSIVE on orders, payments and refunds for moments; the new checks scan each table once.
-- Way back: drop the new columns and indexes and restore the two checks of 0003, once no payment lacks a payer and none was sent back
--      from suspense.

alter table orders
  -- the provider's id of the payment that it opened for this order
  add column external_id text,
  -- open: can be paid; paid: at least once (it may be paid again); canceled, expired: says the provider, or our clock
  add column state text not null default 'open',
  add constraint orders_external_id_length check (length(external_id) between 1 and 255),
  add constraint orders_state_known check (state in ('open', 'paid', 'canceled', 'expired'));

create unique index orders_provider_external_id_unique on orders (provider, external_id) where external_id is not null;
create index orders_open on orders (provider, created_at) where state = 'open';

alter table payments
  -- null only while nobody is known to be the payer
  alter column user_id drop not null,
  -- whose money it was: refunds go there, also when an operator credits it to somebody else
  add column payer_id uuid,
  add constraint payments_payer_fk foreign key (payer_id) references users (id),
  -- what had gone back while it waited in suspense: the coins, credited later, stand for the rest
  add column returned_before_credit bigint not null default 0,
  add constraint payments_returned_before_credit_range check (returned_before_credit between 0 and amount),
  -- when the provider says that it took the money
  add column paid_at timestamptz,
  -- what the payment processor behind Telegram Payments calls it (provider_payment_charge_id)
  add column processor_charge_id text,
  add constraint payments_processor_charge_id_length check (length(processor_charge_id) between 1 and 255),
  drop constraint payments_credited_complete,
  add constraint payments_credited_complete check (
    case
      when state = 'suspense' then transaction_id is null
      -- sent back from suspense: no coin ever moved
      when state = 'refunded' and coins = 0 then transaction_id is null
      else user_id is not null and coins > 0 and transaction_id is not null
    end
  );

create index payments_order_id on payments (order_id) where order_id is not null;

alter table refunds
  -- the provider's id of the refund; a refund of Stars has that of its payment
  add column external_id text,
  add column origin text not null default 'operator',
  -- why the provider did not do it
  add column failure text,
  -- coins given back after the provider refused
  add column returned_transaction_id uuid,
  add constraint refunds_external_id_length check (length(external_id) between 1 and 255),
  add constraint refunds_origin_known check (origin in ('operator', 'self_service', 'outside')),
  add constraint refunds_failure_length check (length(failure) between 1 and 300),
  add constraint refunds_failed_has_failure check ((state = 'failed') = (failure is not null)),
  add constraint refunds_returned_transaction_fk foreign key (returned_transaction_id) references transactions (id),
  add constraint refunds_payment_external_id_unique unique (payment_id, external_id);

-- one at a time: what is left of a payment is known before the next refund of it begins
create unique index refunds_one_requested on refunds (payment_id) where state = 'requested';
-- touched at each try: those that stay open keep no other from its turn
create index refunds_requested on refunds (updated_at) where state = 'requested';

create index holds_active_by_user on holds (user_id) where state = 'active';
