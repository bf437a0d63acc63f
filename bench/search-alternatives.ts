import { createHmac, randomBytes } from 'node:crypto'
import type { openDatabase } from '#shared/db/client.ts'
import { hasAllWords, listWords, parseQuery } from '#shared/domain/transcript/words.ts'
import { open, seal } from '#shared/platform/crypto.ts'

type Sql = ReturnType<typeof openDatabase>

const BATCH = 500

/** Opening texts one by one, as a search without any list would: milliseconds for all of them, estimated from the first thousand. */
export const timeOpeningAll = (texts: readonly string[], query: string): number => {
  const key = randomBytes(32)
  const contextOf = (index: number) => ({ ownerId: 'bench', recordId: `${index}/text`, keyVersion: 1 })
  const some = texts.slice(0, 1_000)
  const sealed = some.map((text, index) =>
    seal(key, contextOf(index), JSON.stringify({ text, segments: [] }), { compress: true }),
  )
  const wanted = parseQuery(query)
  const startedAt = performance.now()
  for (const [index, box] of sealed.entries()) {
    const { text }: { text: string } = JSON.parse(open(key, contextOf(index), box).toString('utf8'))
    hasAllWords(wanted, listWords(text))
  }
  return ((performance.now() - startedAt) * texts.length) / some.length
}

/**
 * A blind index of the same texts: keyed hashes of their words, whole ones only, in a GIN index. What it would save, at the cost of showing
 * which texts of a person share a word.
 */
export const timeBlindIndex = async (
  sql: Sql,
  texts: readonly string[],
  words: readonly string[],
): Promise<{ bytes: number; milliseconds: number[] }> => {
  const key = randomBytes(32)
  const hashes = new Map<string, string>()
  const hashOf = (word: string): string => {
    const known = hashes.get(word)
    if (known !== undefined) return known
    const hash = createHmac('sha256', key).update(word).digest().readBigInt64BE().toString()
    hashes.set(word, hash)
    return hash
  }
  const termsOf = (text: string): string => `{${listWords(text).trim().split('\n').map(hashOf).join(',')}}`
  await sql`create table bench_terms (id bigint primary key, terms bigint[] not null)`
  await sql`create index on bench_terms using gin (terms)`
  try {
    for (let at = 0; at < texts.length; at += BATCH) {
      const rows = texts
        .slice(at, at + BATCH)
        .map((text, index) => ({ id: at + index, terms: termsOf(text) }))
      await sql`
        insert into bench_terms select (row ->> 'id')::bigint, (row ->> 'terms')::bigint[]
        from jsonb_array_elements(${sql.json(rows)}) row`
    }
    await sql`vacuum analyze bench_terms`
    const milliseconds: number[] = []
    for (const word of words) {
      const startedAt = performance.now()
      await sql`select id from bench_terms where terms @> ${`{${hashOf(word)}}`}::bigint[] order by id desc limit 20`
      milliseconds.push(performance.now() - startedAt)
    }
    const [size] = await sql<{ bytes: number }[]>`select pg_total_relation_size('bench_terms') as bytes`
    return { bytes: size?.bytes ?? 0, milliseconds }
  } finally {
    await sql`drop table bench_terms`
  }
}
