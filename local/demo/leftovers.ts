import { strict as assert } from 'node:assert'
import { openDatabase, type Sql } from '#shared/db/client.ts'
import { createObjectStore } from '#shared/storage/object-store.ts'
import type { StackDescription } from '../stack-file.ts'

const countRows = async (sql: Sql, userId: string): Promise<{ name: string; rows: number }[]> =>
  sql`
    select 'users' as name, count(*)::int as rows from users where id = ${userId}
    union all select 'user_states', count(*)::int from user_states where user_id = ${userId}
    union all select 'user_balances', count(*)::int from user_balances where user_id = ${userId}
    union all select 'transactions', count(*)::int from transactions where user_id = ${userId}
    union all select 'orders', count(*)::int from orders where user_id = ${userId}
    union all select 'refunds', count(*)::int from refunds r join payments p on p.id = r.payment_id where p.user_id = ${userId}
    union all select 'holds', count(*)::int from holds where user_id = ${userId}
    union all select 'payments', count(*)::int from payments where user_id = ${userId}
    union all select 'user_avatars', count(*)::int from user_avatars where user_id = ${userId}
    union all select 'user_transcripts', count(*)::int from user_transcripts where user_id = ${userId}
    union all select 'recordings', count(*)::int from recordings where user_id = ${userId}
    union all select 'user_keys', count(*)::int from user_keys where user_id = ${userId}`

/** The rows and objects of one person; proves that the ledger closes and that the transcript lies there as ciphertext only. */
export const printLeftovers = async (
  stack: StackDescription,
  visit: { userId: string; coins: number; secrets: readonly string[] },
  print: (line: string) => void,
): Promise<void> => {
  const { userId, coins, secrets } = visit
  const sql = openDatabase({ url: stack.databaseUrl, applicationName: 'kopeika-demo', max: 1 })
  const store = createObjectStore({
    endpoint: stack.s3.endpoint,
    publicEndpoint: stack.s3.endpoint,
    region: 'us-east-1',
    accessKey: stack.s3.accessKey,
    secretKey: stack.s3.secretKey,
    timeoutMs: 5_000,
  })
  try {
    for (const { name, rows } of await countRows(sql, userId)) print(`  rows  :  ${name.padEnd(17)} ${rows}`)
    const transcripts = await sql<{ data: Buffer | null }[]>`
      select transcript_data as data from user_transcripts where user_id = ${userId} order by id`
    assert.equal(transcripts.length, secrets.length, 'not every transcript is in the database')
    for (const { data } of transcripts) {
      assert(data, 'a transcript is not in the database')
      const isPlain = secrets.some((secret) => data.includes(secret))
      assert(!isPlain, 'a transcript lies in the database as plain text')
      print(
        `  check :  transcript stored as ciphertext: ${data.length} bytes, ${data.subarray(0, 16).toString('hex')}…`,
      )
    }
    for await (const { key, sizeBytes } of store.list(stack.s3.buckets.avatars, `avatars/${userId}/`)) {
      print(`  object:  ${stack.s3.buckets.avatars}/${key} (${sizeBytes} bytes)`)
    }
    const [ledger]: [{ sum: number }?] = await sql`
      select coalesce(sum(amount), 0)::bigint as sum from transactions where user_id = ${userId}`
    assert.equal(ledger?.sum, coins, `coins ${coins} differ from sum(transactions) ${ledger?.sum}`)
    print(`  check :  coins = sum(transactions): ${coins} = ${ledger?.sum}`)
  } finally {
    store.close()
    await sql.end({ timeout: 2 })
  }
}
