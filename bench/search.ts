import { randomUUID } from 'node:crypto'
import { Agent, request } from 'undici'
import { openDatabase } from '#shared/db/client.ts'
import { createTokenSource } from '#shared/platform/tokens.ts'
import { clientOf } from '../local/stack-client.ts'
import type { StackDescription } from '../local/stack-file.ts'
import { makePeople } from './people.ts'
import { timeBlindIndex, timeOpeningAll } from './search-alternatives.ts'
import { makeTexts } from './search-texts.ts'

const TRANSCRIPTS = 10_000
const WORDS_EACH = 500
const WORKERS = 16
const PERSON = 940_000_000
const REPEATS = 3

type Sql = ReturnType<typeof openDatabase>
type Call = (
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
) => Promise<{ status: number; body: unknown }>

const makePerson = async (sql: Sql): Promise<string> => {
  await makePeople(sql, { first: PERSON, count: 1, coinsEach: TRANSCRIPTS * 100 })
  const [person] = await sql<{ id: string }[]>`select id from users where telegram_id = ${PERSON}`
  if (!person) throw new Error('No person was made.')
  return person.id
}

const saveAll = async (call: Call, userId: string, texts: readonly string[]): Promise<void> => {
  let next = 0
  const work = async (): Promise<void> => {
    for (let index = next++; index < texts.length; index = next++) {
      const { status } = await call('POST', '/', { userId, format: 'text', text: texts[index] })
      if (status !== 201) throw new Error(`Saving answered ${status}.`)
    }
  }
  await Promise.all(Array.from({ length: WORKERS }, work))
}

/** A search to its end: how long until the first answer and until the last, in how many answers, and how many were found on the way. */
const searchOnce = async (call: Call, userId: string, q: string, isWhole: boolean) => {
  const startedAt = performance.now()
  let found = 0
  let answers = 0
  let cursor = ''
  do {
    const path = `/search?userId=${userId}&q=${encodeURIComponent(q)}${cursor}`
    const { status, body } = await call('GET', path)
    if (status !== 200) throw new Error(`A search answered ${status}.`)
    const page = body as { items: unknown[]; nextCursor: string | null }
    found += page.items.length
    answers += 1
    cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`
  } while (cursor !== '' && !isWhole)
  return { milliseconds: performance.now() - startedAt, found, answers }
}

const sizesOf = async (sql: Sql, userId: string): Promise<{ texts: number; lists: number }> => {
  const [row] = await sql<{ texts: number; lists: number }[]>`
    select sum(octet_length(transcript_data))::bigint as texts, sum(octet_length(words_data))::bigint as lists
    from user_transcripts t join user_transcript_words w on w.transcript_id = t.id where user_id = ${userId}`
  return row ?? { texts: 0, lists: 0 }
}

/** Search over 10,000 transcripts of one person, beside the two other ways that there were (docs/decisions/0006). */
export const benchSearch = async (
  stack: StackDescription,
  _seconds: number,
  print: (line: string) => void,
): Promise<void> => {
  const sql = openDatabase({ url: stack.databaseUrl, applicationName: 'bench', max: 2 })
  const client = clientOf(stack)
  const tokens = createTokenSource(client, Date.now)
  const dispatcher = new Agent({ connections: WORKERS, pipelining: 1 })
  const call: Call = async (method, path, body) => {
    const answer = await request(`${stack.gateway}/function/transcript-save${path}`, {
      method,
      dispatcher,
      headers: {
        authorization: `Bearer ${await tokens('transcript-save')}`,
        'idempotency-key': randomUUID(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    })
    return { status: answer.statusCode, body: await answer.body.json() }
  }
  try {
    const maker = makeTexts(1)
    const texts = Array.from({ length: TRANSCRIPTS }, () => maker.next(WORDS_EACH))
    // oldest and newest: a search must go all the way to the first
    texts[0] = `первоекитовое ${texts[0]}`
    texts[TRANSCRIPTS - 1] = `последнеекитовое ${texts[TRANSCRIPTS - 1]}`
    const userId = await makePerson(sql)
    const savingAt = performance.now()
    await saveAll(call, userId, texts)
    const perSecond = TRANSCRIPTS / ((performance.now() - savingAt) / 1000)
    const { texts: textBytes, lists } = await sizesOf(sql, userId)
    const kilobytes = (bytes: number): string => `${(bytes / TRANSCRIPTS / 1000).toFixed(2)} kB`
    print(
      `  ${TRANSCRIPTS} transcripts of ${WORDS_EACH} words saved over HTTP, ${Math.round(perSecond)}/s; each: text ${kilobytes(textBytes)}, list of words ${kilobytes(lists)} sealed`,
    )
    const wholeQueries = ['нетакогослова', 'первоекитовое', 'первоек']
    const firstQueries = [maker.commonWord, 'последнеекит']
    for (const q of [...wholeQueries, ...firstQueries]) {
      const isFirstAnswer = firstQueries.includes(q)
      const runs = []
      for (let run = 0; run < REPEATS; run += 1) runs.push(await searchOnce(call, userId, q, isFirstAnswer))
      const best = runs.toSorted((a, b) => a.milliseconds - b.milliseconds)[Math.floor(REPEATS / 2)]
      if (!best) continue
      print(
        `    ${isFirstAnswer ? 'first answer' : 'looked through all'}: ${q}: median ${Math.round(best.milliseconds)} ms, ${best.answers} answer(s), ${best.found} found`,
      )
    }
    const openingAll = timeOpeningAll(texts, 'нетакогослова')
    print(
      `    anchor: opening all ${TRANSCRIPTS} texts instead, without reading them: ${Math.round(openingAll)} ms`,
    )
    const blind = await timeBlindIndex(sql, texts, ['нетакогослова', 'первоекитовое', maker.commonWord])
    print(
      `    a blind index (whole words only, GIN): ${blind.milliseconds.map((ms) => ms.toFixed(1)).join(', ')} ms, ${kilobytes(blind.bytes)} each`,
    )
  } finally {
    await dispatcher.close()
    await sql.end({ timeout: 2 })
  }
}
