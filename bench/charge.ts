import { randomUUID } from 'node:crypto'
import { Agent, request } from 'undici'
import { openDatabase } from '#shared/db/client.ts'
import { signToken } from '#shared/platform/tokens.ts'
import { clientOf } from '../local/stack-client.ts'
import type { StackDescription } from '../local/stack-file.ts'
import { runPgbench } from './charge-pgbench.ts'
import { makePeople, type People } from './people.ts'

const CHARGES = 5_000
const WORKERS = 50

type Sql = ReturnType<typeof openDatabase>
type Tally = {
  perSecond: number
  p50Ms: number
  p99Ms: number
  taken: number
  refused: number
  other: number
}

/** 5,000 charges of one coin by 50 workers, each with a key of its own; each worker sends its next when the last is answered. */
const chargeAll = async (
  stack: StackDescription,
  authorization: string,
  personOf: (index: number) => number,
): Promise<Tally> => {
  const dispatcher = new Agent({ connections: WORKERS, pipelining: 1 })
  const url = `${stack.gateway}/function/charge/`
  const run = randomUUID()
  const times: number[] = []
  const counts = { taken: 0, refused: 0, other: 0 }
  let next = 0
  const work = async (): Promise<void> => {
    for (let index = next++; index < CHARGES; index = next++) {
      const before = performance.now()
      const { statusCode, body } = await request(url, {
        method: 'POST',
        dispatcher,
        headers: { authorization, 'content-type': 'application/json', 'idempotency-key': `${run}-${index}` },
        body: JSON.stringify({ telegramId: personOf(index), coins: 1, description: 'bench' }),
      })
      await body.dump()
      times.push(performance.now() - before)
      counts[statusCode === 200 ? 'taken' : statusCode === 402 ? 'refused' : 'other'] += 1
    }
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: WORKERS }, work))
  const seconds = (performance.now() - startedAt) / 1000
  await dispatcher.close()
  times.sort((a, b) => a - b)
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? 0
  return { perSecond: CHARGES / seconds, p50Ms: at(0.5), p99Ms: at(0.99), ...counts }
}

/** Coins taken beyond those that were there, and wallets that do not equal their ledger: both must be 0. */
const countDoubleSpend = async (sql: Sql, people: People, taken: number): Promise<number> => {
  const last = people.first + people.count - 1
  const [row] = await sql<{ spent: number; rows: number; drift: number }[]>`
    with wallets as (
      select b.user_id, b.coins, sum(t.amount)::bigint as sum, count(*) filter (where t.type = 'charge') as charges
      from users u join user_balances b on b.user_id = u.id join transactions t on t.user_id = u.id
      where u.telegram_id between ${people.first} and ${last}
      group by b.user_id, b.coins
    )
    select (${people.coinsEach}::bigint * count(*) - sum(coins))::bigint as spent, sum(charges)::bigint as rows,
      count(*) filter (where coins <> sum) as drift
    from wallets`
  if (!row) return 1
  return Math.abs(row.spent - taken) + Math.abs(row.rows - taken) + row.drift
}

const measure = async (
  name: string,
  people: People,
  context: {
    stack: StackDescription
    sql: Sql
    authorization: string
    seconds: number
    print: (line: string) => void
  },
): Promise<void> => {
  const { stack, sql, authorization, seconds, print } = context
  await makePeople(sql, people)
  const tally = await chargeAll(stack, authorization, (index) => people.first + (index % people.count))
  const doubled = await countDoubleSpend(sql, people, tally.taken)
  await sql`
    update user_balances b set coins = 1000000000 from users u
    where u.id = b.user_id and u.telegram_id between ${people.first} and ${people.first + people.count - 1}`
  const anchor = await runPgbench({
    databaseUrl: stack.databaseUrl,
    clients: WORKERS,
    seconds,
    first: people.first,
    people: people.count,
  })
  print(
    `  ${name}: ${CHARGES} charges by ${WORKERS} workers over HTTP: ${Math.round(tally.perSecond)}/s, p50 ${tally.p50Ms.toFixed(1)} ms, p99 ${tally.p99Ms.toFixed(1)} ms; ` +
      `${tally.taken} taken, ${tally.refused} refused for lack of coins, ${tally.other} other; double spend: ${doubled}`,
  )
  print(
    anchor === undefined
      ? '    pgbench is not installed (Debian: apt install postgresql-contrib): no anchor'
      : `    pgbench, the single-charge statement, ${WORKERS} clients, same server: ${Math.round(anchor)}/s   ratio ${(tally.perSecond / anchor).toFixed(2)}`,
  )
  if (doubled > 0 || tally.other > 0) throw new Error(`${name}: the books do not fit the answers.`)
}

/** Charges over HTTP, through gateway, token, idempotency and ledger, beside pgbench with the bare ledger statement on the same server. */
export const benchCharge = async (
  stack: StackDescription,
  seconds: number,
  print: (line: string) => void,
): Promise<void> => {
  const sql = openDatabase({ url: stack.databaseUrl, applicationName: 'bench', max: 2 })
  const client = clientOf(stack)
  const context = { stack, sql, seconds, print, authorization: `Bearer ${await signToken(client, 'charge')}` }
  try {
    // compiled and connected before anything is measured
    const warmUp = { first: 910_000_000, count: 100, coinsEach: 1_000 }
    await makePeople(sql, warmUp)
    await chargeAll(stack, context.authorization, (index) => warmUp.first + (index % warmUp.count))
    // 500 coins too few: the last charges must be refused, not one more may be taken
    await measure('one account', { first: 920_000_000, count: 1, coinsEach: CHARGES - 500 }, context)
    await measure('1,000 accounts', { first: 930_000_000, count: 1_000, coinsEach: 4 }, context)
  } finally {
    await sql.end({ timeout: 2 })
  }
}
