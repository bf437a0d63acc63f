-- Why: whom an operator has shut out could have the account erased, and come back as somebody new. A keyed hash of the Telegram id outlives the
--      erasure, as that of the welcome bonus does (bonus_claims): whoever comes back is shut out still, until an operator lets them in.
-- Lock: none, a new table only. Of who was shut out before, it learns nothing: let them in and shut them out again.
-- Way back: drop the table; whoever is shut out stays so until the erasure.

create table suspended_people (
  person_hash bytea primary key,
  -- since when and why, as it stands beside the account
  suspension jsonb not null,
  created_at timestamptz not null default now(),
  constraint suspended_people_hash_length check (length(person_hash) = 32)
);

grant select, insert, delete on suspended_people to kopeika_app;
