import { openDatabase } from '#shared/db/client.ts'
import { parseClients } from '#shared/platform/clients.ts'
import { signToken } from '#shared/platform/tokens.ts'
import type { StackDescription } from '../local/stack-file.ts'
import { describeLoad, runLoad } from './load.ts'

const PEOPLE = 1_000
const WORKERS = 32

/** People with so many coins that none runs out. */
const makePeople = async (sql: ReturnType<typeof openDatabase>): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    insert into users (telegram_id) select 900000000 + n from generate_series(1, ${PEOPLE}) n returning id`
  await sql`insert into user_balances (user_id, coins) select id, 1000000000 from users where telegram_id > 900000000`
  await sql`
    insert into transactions (user_id, amount, type, description, balance_after, actor)
    select id, 1000000000, 'opening', 'bench', 1000000000, 'bench' from users where telegram_id > 900000000`
  // a program that charges hundreds of times a second does not write to the chat each time
  await sql`
    insert into user_states (user_id, state_data)
    select id, '{"settings": {"receipts": false}}' from users where telegram_id > 900000000`
  return rows.map(({ id }) => id)
}

/** Charges over HTTP, through gateway, token, idempotency and ledger, beside the bare ledger statement on as many connections. */
export const benchCharge = async (
  stack: StackDescription,
  seconds: number,
  print: (line: string) => void,
): Promise<void> => {
  const sql = openDatabase({ url: stack.databaseUrl, applicationName: 'bench', max: WORKERS })
  const people = await makePeople(sql)
  const pick = (index: number): string => people[index % people.length] ?? ''
  const { id, secret } = stack.client
  const client = parseClients(JSON.stringify({ clients: [{ id, scopes: ['admin'], keys: [secret] }] })).find(
    id,
  )
  if (!client) throw new Error('stack.json names no client.')
  const headers = {
    authorization: `Bearer ${await signToken(client, 'charge')}`,
    'content-type': 'application/json',
  }

  let calls = 0
  const anchor = await runLoad(WORKERS, seconds, async () => {
    calls += 1
    const rows = await sql`
      with moved as (
        update user_balances set coins = coins - 1, updated_at = now()
        where user_id = ${pick(calls * 7)} and coins - held >= 1 returning user_id, coins
      ) insert into transactions (user_id, amount, type, description, balance_after, actor)
        select user_id, -1, 'charge', 'bench', coins, 'bench' from moved returning id`
    return rows.length === 1
  })
  const charge = await runLoad(WORKERS, seconds, async () => {
    calls += 1
    const response = await fetch(`${stack.gateway}/function/charge/`, {
      method: 'POST',
      headers: { ...headers, 'idempotency-key': `bench-${calls}` },
      body: JSON.stringify({ userId: pick(calls * 7), coins: 1, description: 'bench' }),
    })
    await response.arrayBuffer()
    return response.status === 200
  })
  await sql.end({ timeout: 2 })
  print(describeLoad('anchor: the ledger statement alone', anchor))
  print(describeLoad('charge over HTTP', charge))
  print(`  ratio ${(charge.perSecond / anchor.perSecond).toFixed(2)}`)
}
