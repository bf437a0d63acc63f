import { z } from 'zod'
import type { Queryable, Sql } from '#shared/db/client.ts'
import { erasePerson } from '#shared/db/erasure.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { removeAll } from '#shared/storage/remove-all.ts'
import type { Vault } from './vault.ts'

const FOLDER = 'erased/'
const MOST_BYTES = 1_000

export type Erasure = { userId: string; erasedAt: Date }

const Note = z.strictObject({ erasedAt: z.iso.datetime() })

const isNoted = async ({ store, copies }: Vault): Promise<Set<string>> => {
  const noted = new Set<string>()
  for await (const { key } of store.list(copies, FOLDER)) noted.add(key.slice(FOLDER.length))
  return noted
}

/**
 * Carries an erasure over to the backups: notes it, so that every later restore applies it again, and removes the copies of the person's
 * objects. The person's data key goes with the next backup, which keeps the keys of the living only.
 */
export const noteErasure = async (vault: Vault, { userId, erasedAt }: Erasure): Promise<void> => {
  const note = Buffer.from(JSON.stringify({ erasedAt: erasedAt.toISOString() }))
  await vault.store.put(vault.copies, `${FOLDER}${userId}`, note, { contentType: 'application/json' })
  for (const kind of ['avatars', 'transcripts'] as const)
    await removeAll(vault, vault.copies, `objects/${kind}/${userId}/`)
}

/** People who are erased in this database. */
export const listErased = (sql: Queryable): Promise<Erasure[]> =>
  sql<Erasure[]>`
    select id as "userId", erased_at as "erasedAt" from users where erased_at is not null order by id`

/** Notes those that are not noted yet; gives how many that were. */
export const noteErasures = async (vault: Vault, erasures: readonly Erasure[]): Promise<number> => {
  const noted = await isNoted(vault)
  const fresh = erasures.filter(({ userId }) => !noted.has(userId))
  for (const erasure of fresh) await noteErasure(vault, erasure)
  return fresh.length
}

/** Every erasure that the backups know of. */
export const readErasures = async (vault: Vault): Promise<Erasure[]> => {
  const erasures: Erasure[] = []
  for (const userId of await isNoted(vault)) {
    const bytes = await vault.store.get(vault.copies, `${FOLDER}${userId}`, { maxBytes: MOST_BYTES })
    erasures.push({ userId, erasedAt: new Date(Note.parse(JSON.parse(bytes.toString('utf8'))).erasedAt) })
  }
  return erasures
}

/** Erases once more whoever was erased since the backup was made; the ledger stays under the pseudonym. Gives how many that were. */
export const eraseAgain = async (sql: Sql, erasures: readonly Erasure[]): Promise<number> => {
  let count = 0
  for (const erasure of erasures) {
    const erased = await inTransaction(sql, (tx) => erasePerson(tx, { ...erasure, actor: 'restore' }))
    if (erased) count += 1
  }
  return count
}
