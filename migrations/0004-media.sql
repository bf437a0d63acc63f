-- Why: avatars (re-encoded images in the object store) and transcripts (ciphertext, large ones in the object store).
-- Lock: none, new tables only.
-- Way back: drop the tables and empty the two buckets.

create table user_avatars (
  id uuid primary key default uuidv7(),
  user_id uuid not null,
  -- {width, height, hash, thumbhash, bytes, keys: {"64", "256", "512"}}
  avatar_data jsonb not null,
  current boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_avatars_user_fk foreign key (user_id) references users (id),
  constraint user_avatars_data_object check (jsonb_typeof(avatar_data) = 'object')
);

create index user_avatars_user_id on user_avatars (user_id, id desc);
-- one picture is the face of a person at a time
create unique index user_avatars_one_current on user_avatars (user_id) where current;

create table user_transcripts (
  id uuid primary key default uuidv7(),
  user_id uuid not null,
  -- AES-256-GCM under the person's data key; null where the object store has it
  transcript_data bytea,
  object_key text,
  -- the title tells as much as the text: encrypted too
  title_data bytea,
  format text not null,
  language text,
  characters integer not null,
  duration_seconds double precision,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_transcripts_user_fk foreign key (user_id) references users (id),
  constraint user_transcripts_stored_once check (num_nonnulls(transcript_data, object_key) = 1),
  constraint user_transcripts_object_key_length check (length(object_key) between 1 and 512),
  constraint user_transcripts_format_known check (format in ('text', 'srt', 'vtt', 'json')),
  constraint user_transcripts_language_length check (length(language) between 1 and 35),
  constraint user_transcripts_characters_positive check (characters > 0),
  constraint user_transcripts_duration_positive check (duration_seconds >= 0)
);

create index user_transcripts_user_id on user_transcripts (user_id, id desc);
