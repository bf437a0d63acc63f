import type { Sql } from './client.ts'

/** What keeps objects: avatars their variants, transcripts their text where it is large. */
export type ObjectKind = 'avatars' | 'transcripts'

/** An object that a row names. */
export type ObjectReference = { key: string; subject: string; createdAt: Date }

/** Rows of so many people are looked at in one statement, each within its index. */
const PEOPLE_AT_ONCE = 500

/** Keys are `<kind>/<user id>/...` in small letters, so that their order is the order of the ids. */
const KEY = /^(?:avatars|transcripts)\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\//

/** Whose object it is, or undefined: not one of ours. */
const ownerOfKey = (key: string): string | undefined => KEY.exec(key)?.[1]

const NOBODY = '00000000-0000-0000-0000-000000000000'

const rowsOf = (sql: Sql, kind: ObjectKind) =>
  kind === 'avatars'
    ? sql`select a.user_id, a.id, a.created_at, k.value as key
        from user_avatars a, jsonb_each_text(a.avatar_data -> 'keys') k`
    : sql`select t.user_id, t.id, t.created_at, t.object_key as key
        from user_transcripts t where t.object_key is not null`

const tableOf = (sql: Sql, kind: ObjectKind) =>
  kind === 'avatars' ? sql`user_avatars` : sql`user_transcripts`

/**
 * Objects that rows name, with keys behind `after` and up to `upTo` (null: to the end). At most of some hundred people at a time: then
 * `upTo` of the answer is nearer than asked, and lies behind the last key that was looked at.
 */
export const findReferences = async (
  sql: Sql,
  kind: ObjectKind,
  range: { after: string; upTo: string | null },
): Promise<{ references: ObjectReference[]; upTo: string | null }> => {
  const first = ownerOfKey(range.after) ?? NOBODY
  const last = range.upTo === null ? null : (ownerOfKey(range.upTo) ?? null)
  const people = await sql<{ id: string }[]>`
    select distinct user_id as id from ${tableOf(sql, kind)}
    where user_id >= ${first} and (${last}::uuid is null or user_id <= ${last})
    order by user_id limit ${PEOPLE_AT_ONCE}`
  // '~' comes behind whatever our keys are made of: behind every key of the person
  const cutAt = people.length < PEOPLE_AT_ONCE ? null : `${kind}/${people.at(-1)?.id}/~`
  const upTo = cutAt !== null && (range.upTo === null || cutAt < range.upTo) ? cutAt : range.upTo
  if (people.length === 0) return { references: [], upTo }
  const references = await sql<ObjectReference[]>`
    select key, ${`${kind.slice(0, -1)}:`} || id as subject, created_at as "createdAt"
    from (${rowsOf(sql, kind)}) named
    where user_id in ${sql(people.map(({ id }) => id))}
      and key collate "C" > ${range.after} and (${upTo}::text is null or key collate "C" <= ${upTo})`
  return { references, upTo }
}

/** Those of the keys that no row names right now, of people whom this database knows: a stranger's object belongs to another database. */
export const findUnreferenced = async (
  sql: Sql,
  kind: ObjectKind,
  keys: readonly string[],
): Promise<string[]> => {
  const owned = keys.flatMap((key) => {
    const owner = ownerOfKey(key)
    return owner === undefined ? [] : [{ key, owner }]
  })
  if (owned.length === 0) return []
  const owners = [...new Set(owned.map(({ owner }) => owner))]
  const known = await sql<{ id: string }[]>`select id from users where id in ${sql(owners)}`
  const named = await sql<{ key: string }[]>`
    select key from (${rowsOf(sql, kind)}) named where user_id in ${sql(owners)} and key in ${sql(owned.map(({ key }) => key))}`
  const knownIds = new Set(known.map(({ id }) => id))
  const namedKeys = new Set(named.map(({ key }) => key))
  return owned.flatMap(({ key, owner }) => (knownIds.has(owner) && !namedKeys.has(key) ? [key] : []))
}

/** Those of the references whose row still stands. */
export const stillReferenced = async (
  sql: Sql,
  kind: ObjectKind,
  references: readonly ObjectReference[],
): Promise<ObjectReference[]> => {
  if (references.length === 0) return []
  const gone = new Set(
    await findUnreferenced(
      sql,
      kind,
      references.map(({ key }) => key),
    ),
  )
  return references.filter(({ key }) => !gone.has(key))
}
