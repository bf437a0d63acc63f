-- Why: people come to the cabinet by a link that works once, and stay in a session. Of a link only the hash is kept: whoever reads the database
--      cannot log in. A session is a row, so that logging out, a block by an operator and the erasure end it at once; what the browser holds
--      is a short-lived signed name of that row.
-- Lock: new tables; their foreign keys take SHARE ROW EXCLUSIVE on users for a moment.
-- Way back: drop both tables; everybody has to log in again.

create table cabinet_logins (
  token_hash bytea primary key,
  user_id uuid not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  constraint cabinet_logins_user_fk foreign key (user_id) references users (id) on delete cascade,
  constraint cabinet_logins_token_hash_length check (length(token_hash) = 32),
  constraint cabinet_logins_expires_later check (expires_at > created_at)
);

create index cabinet_logins_user_id on cabinet_logins (user_id, created_at desc);
create index cabinet_logins_expires_at on cabinet_logins (expires_at);

create table cabinet_sessions (
  id uuid primary key default uuidv7(),
  user_id uuid not null,
  created_at timestamptz not null default now(),
  -- whatever happens, it ends then
  expires_at timestamptz not null,
  constraint cabinet_sessions_user_fk foreign key (user_id) references users (id) on delete cascade,
  constraint cabinet_sessions_expires_later check (expires_at > created_at)
);

create index cabinet_sessions_user_id on cabinet_sessions (user_id, id desc);
create index cabinet_sessions_expires_at on cabinet_sessions (expires_at);

grant select, insert, update, delete on cabinet_logins, cabinet_sessions to kopeika_app;
