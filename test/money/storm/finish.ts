import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from '#shared/db/client.ts'
import type { StackDescription } from '../../../local/stack-file.ts'
import { checkInvariants } from '../invariants.ts'
import { countOnTheWay, readProviderBooks } from './books.ts'
import type { Caller } from './caller.ts'
import type { Told } from './people.ts'

/** Telegram's own wait is capped at 120 s: what it holds must be taken within this time after everything works again. */
const DRAIN_LIMIT_MS = 130_000
/** reconcile leaves alone what is younger than a minute. */
const QUIET_MS = 63_000
const RECONCILE_LIMIT_MS = 120_000

export type Outcome = { drainedAfterSeconds: number; violations: string[]; lines: string[] }

const drain = async (stack: StackDescription, caller: Caller): Promise<number> => {
  const since = performance.now()
  while ((await countOnTheWay(stack, caller)) > 0) {
    if (performance.now() - since > DRAIN_LIMIT_MS) break
    await sleep(500)
  }
  return (performance.now() - since) / 1000
}

/** Runs reconcile until it finds nothing more to do. */
const reconcile = async (caller: Caller, print: (line: string) => void): Promise<string[]> => {
  const until = performance.now() + RECONCILE_LIMIT_MS
  const total = { checked: 0, credited: 0, reversed: 0 }
  for (let quiet = 0; quiet < 2; ) {
    const answer = await caller.deliver({ functionName: 'reconcile', body: {} })
    if (answer?.status !== 200)
      return [`reconcile answered ${answer?.status}: ${JSON.stringify(answer?.body)}`]
    const { payments, ledger } = answer.body
    total.checked += payments.checked
    total.credited += payments.credited
    total.reversed += payments.reversed
    if (ledger.drift !== 0) return [`I2: reconcile sees drift in ${ledger.drift} wallets`]
    quiet = payments.credited + payments.reversed === 0 ? quiet + 1 : 0
    if (performance.now() > until) return ['reconcile finds more and more to do']
  }
  print(
    `reconcile: ${total.checked} lines read, ${total.credited} payments credited, ${total.reversed} refunds reversed`,
  )
  return []
}

/** Everything that a caller was told of as done is there. */
const findForgotten = async (sql: Sql, told: Told): Promise<string[]> => {
  const ids = [...told.charges]
  if (ids.length === 0) return []
  const rows = await sql<
    { id: string }[]
  >`select id from transactions where type = 'charge' and id in ${sql(ids)}`
  const known = new Set(rows.map(({ id }) => id))
  return ids.filter((id) => !known.has(id)).map((id) => `the charge ${id} was acknowledged, and is gone`)
}

/** I7, as far as it can be seen: each credit of a payment was told to the payer, or waits to be. Gives what was told twice, too. */
const checkReceipts = async (
  sql: Sql,
  stack: StackDescription,
  caller: Caller,
): Promise<{ violations: string[]; doubles: number }> => {
  const rows = await sql<{ telegramId: number; credited: number; waiting: number }[]>`
    select u.telegram_id as "telegramId", count(*) as credited, (
      select count(*) from graphile_worker._private_jobs j
      where j.payload ->> 'userId' = u.id::text and j.payload ->> 'kind' = 'payment-credited'
    ) as waiting
    from payments p join users u on u.id = p.user_id where p.transaction_id is not null
    group by u.id, u.telegram_id`
  const violations: string[] = []
  let doubles = 0
  for (const { telegramId, credited, waiting } of rows) {
    const url = new URL(`/sim/chats/${telegramId}/messages?limit=1000`, stack.telegram.page ?? '').href
    const { body } = await caller.control(url, 'GET')
    const texts: string[] = body.messages.map(({ text }: { text?: string }) => text ?? '')
    const seen = texts.filter((text) => text.startsWith('✅ Topped up')).length
    if (seen + waiting < credited)
      violations.push(`I7: person ${telegramId} was told of ${seen} of ${credited} payments, ${waiting} wait`)
    doubles += Math.max(0, seen + waiting - credited)
  }
  return { violations, doubles }
}

const countAll = async (sql: Sql) => {
  const [row] = await sql<
    {
      credited: number
      suspense: number
      refunds: number
      outside: number
      charges: number
      debt: number
      found: number
    }[]
  >`
    select
      (select count(*) from payments where transaction_id is not null) as credited,
      (select count(*) from payments where state = 'suspense') as suspense,
      (select count(*) from refunds where state = 'done') as refunds,
      (select count(*) from refunds where state = 'done' and origin = 'outside') as outside,
      (select count(*) from transactions where type = 'charge') as charges,
      (select coalesce(sum(debt), 0)::bigint from user_balances) as debt,
      (select count(*) from audit_log where action = 'payment-found') as found`
  return row ?? { credited: 0, suspense: 0, refunds: 0, outside: 0, charges: 0, debt: 0, found: 0 }
}

/** The sea is calm again: what was on its way arrives, reconcile finds the rest, and then the books must close. */
export const settleAndCheck = async (
  stack: StackDescription,
  caller: Caller,
  sql: Sql,
  told: Told,
  print: (line: string) => void,
): Promise<Outcome> => {
  const calmAt = performance.now()
  for (const call of caller.unfinished()) {
    const answer = await caller.deliver(call)
    if (answer?.status === 200 && answer.body?.charged) told.charges.add(answer.body.transactionId)
  }
  const drainedAfterSeconds = await drain(stack, caller)
  print(`all webhooks taken ${drainedAfterSeconds.toFixed(1)} s after the end`)
  const left = await countOnTheWay(stack, caller)
  const violations = left === 0 ? [] : [`I5: ${left} webhooks were not taken within 130 s`]
  await sleep(Math.max(0, QUIET_MS - (performance.now() - calmAt)))
  violations.push(...(await reconcile(caller, print)))
  for (let time = 0; time < 20; time += 1) {
    const answer = await caller.deliver({ functionName: 'notify', body: {} })
    if (!answer?.body?.left) break
  }
  const books = await readProviderBooks(stack, caller)
  violations.push(...(await checkInvariants(sql, { books })))
  violations.push(...(await findForgotten(sql, told)), ...told.strange)
  const receipts = await checkReceipts(sql, stack, caller)
  violations.push(...receipts.violations)
  const counts = await countAll(sql)
  const atProviders = books.reduce((sum, { charges }) => sum + charges.length, 0)
  const givenBack = books.reduce((sum, { refunds }) => sum + refunds.length, 0)
  return {
    drainedAfterSeconds,
    violations,
    lines: [
      `payments at the providers   ${atProviders} (${books.map(({ provider, charges }) => `${provider} ${charges.length}`).join(', ')})`,
      `  credited                  ${counts.credited}, of which reconcile found ${counts.found}`,
      `  in suspense               ${counts.suspense}`,
      `refunds at the providers    ${givenBack}`,
      `  reversed                  ${counts.refunds}, of which made outside ${counts.outside}`,
      `charges                     ${counts.charges} (${told.charges.size} acknowledged, ${told.captures} captures)`,
      `coins owed                  ${counts.debt}`,
      `receipts told twice         ${receipts.doubles}`,
    ],
  }
}
