/** What becomes of a table's rows when its person is erased. */
type Erasure =
  /** Rows of the person go. */
  | 'deleted'
  /** Go with the row that they belong to (a foreign key). */
  | 'cascade'
  /** The row stays as the pseudonym; what names the person is emptied. */
  | 'blanked'
  /** Nothing in it names anybody but by the pseudonym; the books need it. */
  | 'kept'

type Rule = {
  erasure: Erasure
  /** The file of an export that holds the rows; null where there is nothing to give, and then why. */
  file: string | null
  why?: string
}

/**
 * Every table that knows whose its rows are: by `user_id`, `payer_id`, `telegram_id`, or through a row that does. Erasure and export both go
 * by this list, and a test walks the schema: a table that is missing here fails it.
 */
export const PERSON_TABLES = {
  users: { erasure: 'blanked', file: 'profile' },
  user_states: { erasure: 'deleted', file: 'profile' },
  user_keys: {
    erasure: 'deleted',
    file: null,
    why: 'the key that opens the texts: they are in the export opened, and the key opens nothing outside',
  },
  user_balances: { erasure: 'kept', file: 'profile' },
  transactions: { erasure: 'kept', file: 'transactions' },
  holds: { erasure: 'kept', file: 'holds' },
  orders: { erasure: 'kept', file: 'orders' },
  payments: { erasure: 'kept', file: 'payments' },
  refunds: { erasure: 'kept', file: 'refunds' },
  provider_entries: { erasure: 'kept', file: 'provider-entries' },
  user_avatars: { erasure: 'deleted', file: 'avatars' },
  user_avatar_uses: { erasure: 'cascade', file: 'avatar-uses' },
  user_transcripts: { erasure: 'deleted', file: 'transcripts' },
  user_transcript_words: {
    erasure: 'cascade',
    file: null,
    why: 'the words of the transcripts once more, for searching',
  },
  recordings: { erasure: 'deleted', file: 'recordings' },
  consents: { erasure: 'deleted', file: 'consents' },
  deletion_requests: { erasure: 'deleted', file: 'deletion-requests' },
  exports: { erasure: 'deleted', file: 'exports' },
  cabinet_logins: { erasure: 'deleted', file: null, why: 'hashes of links that work for minutes' },
  cabinet_sessions: { erasure: 'deleted', file: 'sessions' },
  telegram_updates: { erasure: 'deleted', file: 'inbox' },
  erasures: { erasure: 'kept', file: null, why: 'only of people who are erased' },
} as const satisfies Record<string, Rule>

export type PersonTable = keyof typeof PERSON_TABLES

/** Tables whose rows an erasure deletes by their `user_id`; those of the inbox know the Telegram id alone. */
export const DELETED_BY_USER: readonly string[] = Object.entries(PERSON_TABLES)
  .filter(([name, { erasure }]) => erasure === 'deleted' && name !== 'telegram_updates')
  .map(([name]) => name)
