/** `npm run admin`: the operator's looks and repairs, on the database and the webhook of a stack. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeAudit } from '#shared/db/audit.ts'
import { openDatabase, type Sql } from '#shared/db/client.ts'
import { listTransactions } from '#shared/db/history.ts'
import { getUpdate, listOpenUpdates, reviveUpdate } from '#shared/db/inbox-admin.ts'
import { findDrift, sumLedger } from '#shared/db/ledger-check.ts'
import { getUser } from '#shared/db/users.ts'
import { getBalance } from '#shared/db/wallets.ts'
import { AppError } from '#shared/errors.ts'
import { type Env, processEnv } from '#shared/platform/env.ts'

const HELP = `The operator's looks and repairs.

  npm run admin -- updates list            updates without effect: dead letters and those that wait
  npm run admin -- updates show <id>       one update with its body
  npm run admin -- updates replay <id>     handles a dead letter again
  npm run admin -- person <telegramId>     wallet and last movements of a person
  npm run admin -- ledger                  proves coins = sum(transactions) for every wallet (exit 1 on a drift)

The stack is found through stack.json in KOPEIKA_HOME (./.kopeika); DATABASE_URL, WEBHOOK_URL and TELEGRAM_WEBHOOK_SECRET override it.
`

type Target = { databaseUrl: string; webhook: { url: string; secret: string } }
type Context = { sql: Sql; target: Target; print: (line: string) => void }

const findTarget = (env: Env): Target => {
  const file = join(env.KOPEIKA_HOME ?? '.kopeika', 'stack.json')
  let stack: Partial<Target> = {}
  try {
    stack = JSON.parse(readFileSync(file, 'utf8')) as Target
  } catch {
    if (!env.DATABASE_URL)
      throw new Error(`No stack runs here (${file} is missing): run npm start, or set DATABASE_URL.`)
  }
  return {
    databaseUrl: env.DATABASE_URL || stack.databaseUrl || '',
    webhook: {
      url: env.WEBHOOK_URL || stack.webhook?.url || '',
      secret: env.TELEGRAM_WEBHOOK_SECRET || stack.webhook?.secret || '',
    },
  }
}

const wholeNumber = (text: string | undefined, what: string): number => {
  if (text === undefined || !/^\d{1,16}$/.test(text))
    throw new Error(`${what} must be a whole number.\n\n${HELP}`)
  return Number(text)
}

const replay = async ({ sql, target, print }: Context, updateId: number): Promise<void> => {
  const { body } = await getUpdate(sql, updateId)
  if (target.webhook.url === '')
    throw new Error('The webhook is not known: set WEBHOOK_URL and TELEGRAM_WEBHOOK_SECRET.')
  await sql.begin(async (tx) => {
    await reviveUpdate(tx, updateId)
    await writeAudit(tx, { actor: 'operator', action: 'updates replay', subject: String(updateId) })
  })
  const response = await fetch(target.webhook.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': target.webhook.secret },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  })
  const { state, lastError } = await getUpdate(sql, updateId)
  print(
    `update ${updateId}: answered ${response.status}, now ${state}${lastError === null ? '' : ` (${lastError})`}`,
  )
  if (state !== 'done') process.exitCode = 1
}

const showUpdates = async (context: Context, [action, id]: string[]): Promise<void> => {
  const { sql, print } = context
  if (action === 'list') {
    const updates = await listOpenUpdates(sql, 100)
    for (const { updateId, state, kind, attempts, receivedAt, lastError } of updates) {
      print(
        `${updateId}  ${state.padEnd(10)} ${kind.padEnd(20)} attempts ${attempts}  ${receivedAt.toISOString()}  ${lastError ?? ''}`,
      )
    }
    print(`${updates.length} update(s) without effect`)
  } else if (action === 'show') {
    print(JSON.stringify(await getUpdate(sql, wholeNumber(id, 'The update id')), undefined, 2))
  } else if (action === 'replay') {
    await replay(context, wholeNumber(id, 'The update id'))
  } else throw new Error(HELP)
}

const showPerson = async ({ sql, print }: Context, [id]: string[]): Promise<void> => {
  const user = await getUser(sql, { telegramId: wholeNumber(id, 'The Telegram id') })
  const balance = await getBalance(sql, user.id)
  print(
    `${user.id}  ${user.firstName ?? ''} ${user.username === null ? '' : `@${user.username}`}  since ${user.createdAt.toISOString()}`,
  )
  print(
    `coins ${balance.coins}, held ${balance.held}, debt ${balance.debt}${user.blockedAt === null ? '' : ', not reachable in Telegram (blocked the bot, or never started it)'}`,
  )
  const { items } = await listTransactions(sql, { userId: user.id, limit: 20 })
  for (const { createdAt, type, amount, balanceAfter, description } of items) {
    print(
      `${createdAt.toISOString()}  ${type.padEnd(12)} ${String(amount).padStart(8)}  -> ${String(balanceAfter).padStart(8)}  ${description}`,
    )
  }
}

const checkLedger = async ({ sql, print }: Context): Promise<void> => {
  const { wallets, coins, held, debt } = await sumLedger(sql)
  const drift = await findDrift(sql)
  print(`${wallets} wallet(s), ${coins} coins, ${held} held, ${debt} debt; ${drift.length} with a drift`)
  for (const row of drift)
    print(
      `  ${row.userId}: coins ${row.coins}, sum ${row.sum}, held ${row.held}, active holds ${row.activeHolds}`,
    )
  if (drift.length > 0) process.exitCode = 1
}

const COMMANDS: Record<string, (context: Context, rest: string[]) => Promise<void>> = {
  updates: showUpdates,
  person: showPerson,
  ledger: checkLedger,
}

const run = async ([command = '--help', ...rest]: string[]): Promise<void> => {
  if (command === '--help' || command === '-h' || command === 'help') return void process.stdout.write(HELP)
  const work = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined
  if (!work) throw new Error(`There is no command ${command}.\n\n${HELP}`)
  const target = findTarget(processEnv())
  const sql = openDatabase({ url: target.databaseUrl, applicationName: 'kopeika-admin', max: 1 })
  try {
    await work({ sql, target, print: (line) => console.log(line) }, rest)
  } finally {
    await sql.end({ timeout: 2 })
  }
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  const text = error instanceof AppError || error instanceof Error ? error.message : String(error)
  process.stderr.write(`${text || 'The database cannot be reached: is the stack running?'}\n`)
  process.exitCode = 1
}
