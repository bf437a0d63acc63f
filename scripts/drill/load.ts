import { randomBytes, randomUUID } from 'node:crypto'
import sharp from 'sharp'
import type { Source } from '#shared/backup/objects.ts'
import { sha256Of } from '#shared/backup/part.ts'
import type { Sql } from '#shared/db/client.ts'
import { createEnvelope, parseMasterKeys, seal, transcriptRecord } from '#shared/platform/crypto.ts'

export type Sizes = { people: number; transactions: number; avatars: number }

const TEXTS = 200
const AT_ONCE = 8
/** A statement's worth of people; each brings its share of the transactions. */
const PEOPLE_AT_ONCE = 10_000

const loadLedger = async (sql: Sql, { people, transactions }: Sizes): Promise<void> => {
  await sql`set statement_timeout = 0`
  for (let from = 1; from <= people; from += PEOPLE_AT_ONCE) {
    const to = Math.min(people, from + PEOPLE_AT_ONCE - 1)
    const each = Math.max(1, Math.round(transactions / people))
    await sql`
      with made as (
        insert into users (telegram_id, first_name, language_code)
        select n, 'Человек ' || n, 'ru' from generate_series(${from}::int, ${to}::int) n returning id
      ), states as (insert into user_states (user_id) select id from made
      ), moves as (
        select id, n, case n when 1 then 100000 else -(1 + floor(random() * 9))::int end as amount
        from made, generate_series(1, ${each}::int) n
      ), written as (
        insert into transactions (user_id, amount, type, description, balance_after, service, actor)
        select id, amount, case n when 1 then 'bonus' else 'charge' end, 'drill ' || n,
          sum(amount) over (partition by id order by n), case n when 1 then null else 'work' end, 'drill'
        from moves
      )
      insert into user_balances (user_id, coins) select id, sum(amount) from moves group by id`
  }
}

const makePicture = (n: number): Promise<Buffer> =>
  sharp({
    create: { width: 64, height: 64, channels: 3, background: { r: n % 256, g: (n >> 8) % 256, b: 99 } },
  })
    .webp()
    .toBuffer()

const loadAvatars = async (sql: Sql, source: Source, count: number): Promise<Map<string, string>> => {
  const sums = new Map<string, string>()
  const people = await sql<{ id: string }[]>`select id from users order by id limit ${count}`
  const loadOne = async (n: number): Promise<void> => {
    const id = people[n % people.length]?.id ?? ''
    const key = `avatars/${id}/${randomUUID()}/64.webp`
    const picture = await makePicture(n)
    await source.store.put(source.buckets.avatars, key, picture, { contentType: 'image/webp' })
    await sql`insert into user_avatars (user_id, avatar_data) values (${id}, ${sql.json({ keys: { 64: key } })})`
    sums.set(key, sha256Of(picture))
  }
  for (let n = 0; n < count; n += AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - n) }, (_, at) => loadOne(n + at)))
  return sums
}

const loadTexts = async (sql: Sql, masterKeys: string): Promise<void> => {
  const envelope = createEnvelope(parseMasterKeys(masterKeys))
  for (const { id } of await sql<{ id: string }[]>`select id from users order by id desc limit ${TEXTS}`) {
    const { key, wrapped, masterKeyId } = envelope.newDataKey(id)
    const transcriptId = randomUUID()
    const text = randomBytes(300).toString('hex')
    const data = seal(
      key,
      { ownerId: id, recordId: transcriptRecord(transcriptId, 'text'), keyVersion: 1 },
      text,
    )
    await sql`insert into user_keys (user_id, wrapped_key, master_key_id) values (${id}, ${wrapped}, ${masterKeyId})`
    await sql`
      insert into user_transcripts (id, user_id, transcript_data, title_data, format, characters)
      values (${transcriptId}, ${id}, ${data}, ${data}, 'text', ${text.length})`
    await sql`select graphile_worker.add_job('drill', ${sql.json({ userId: id })}::json)`
    await sql`insert into audit_log (actor, action, subject) values ('drill', 'wrote', ${`user:${id}`})`
  }
}

/** Fills a house; gives the SHA-256 of every object. */
export const loadHouse = async (
  sql: Sql,
  source: Source,
  masterKeys: string,
  sizes: Sizes,
): Promise<Map<string, string>> => {
  await loadLedger(sql, sizes)
  await loadTexts(sql, masterKeys)
  return loadAvatars(sql, source, sizes.avatars)
}
