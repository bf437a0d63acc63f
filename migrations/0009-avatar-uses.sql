-- Why: a gallery tells when each picture was a person's face. A use without an end is the present one. It goes with its picture, since it
--      says nothing without it.
-- Lock: none on what others read; SHARE ROW EXCLUSIVE on user_avatars for the foreign key, for a moment.
-- Way back: drop the table; nothing else reads it.

create table user_avatar_uses (
  id uuid primary key default uuidv7(),
  avatar_id uuid not null,
  used_from timestamptz not null default clock_timestamp(),
  used_to timestamptz,
  constraint user_avatar_uses_avatar_fk foreign key (avatar_id) references user_avatars (id) on delete cascade,
  constraint user_avatar_uses_ends_later check (used_to >= used_from)
);

create index user_avatar_uses_avatar_id on user_avatar_uses (avatar_id, id desc);
-- a picture that is in use cannot come into use
create unique index user_avatar_uses_one_open on user_avatar_uses (avatar_id) where used_to is null;

-- current pictures of before: as far back as is known
insert into user_avatar_uses (avatar_id, used_from) select id, updated_at from user_avatars where current;

grant select, insert, update, delete on user_avatar_uses to kopeika_app;
