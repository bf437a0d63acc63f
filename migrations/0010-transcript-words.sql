-- Why: a person's search over transcripts reads their words, sealed, instead of opening every text. A row that is missing, or of another
--      version of what a word is, is made by the next search that comes by: nothing has to be filled in while this lands.
-- Lock: none, a new table only; its foreign key takes SHARE ROW EXCLUSIVE on user_transcripts for a moment (no row has to be checked).
-- Way back: drop the table.

create table user_transcript_words (
  transcript_id uuid primary key,
  -- each word of title and text once, AES-256-GCM under the person's data key: nothing here can be compared, not even with itself
  words_data bytea not null,
  version smallint not null,
  updated_at timestamptz not null default now(),
  constraint user_transcript_words_transcript_fk foreign key (transcript_id)
    references user_transcripts (id) on delete cascade,
  constraint user_transcript_words_version_positive check (version > 0)
);

-- ciphertext packs no further
alter table user_transcript_words alter column words_data set storage external;

grant select, insert, update, delete on user_transcript_words to kopeika_app;
