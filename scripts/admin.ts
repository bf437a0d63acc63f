/** `npm run admin`: the operator's looks and repairs, on the database, the functions and the webhook of a stack. */
import { openDatabase } from '#shared/db/client.ts'
import { type Env, processEnv } from '#shared/platform/env.ts'
import { accounting } from './admin/accounting.ts'
import { audit } from './admin/audit.ts'
import { backup } from './admin/backup.ts'
import { type CommandGroup, findTarget, UsageError } from './admin/context.ts'
import { ledger } from './admin/ledger.ts'
import { payments } from './admin/payments.ts'
import { person } from './admin/person.ts'
import { reconcile } from './admin/reconcile.ts'
import { restoreCommand } from './admin/restore.ts'
import { tariff } from './admin/tariff.ts'
import { updates } from './admin/updates.ts'

const GROUPS: Readonly<Record<string, CommandGroup>> = {
  updates,
  payments,
  reconcile,
  ledger,
  person,
  tariff,
  accounting,
  backup,
  audit,
  restore: restoreCommand,
}

const HELP = `The operator's looks and repairs: npm run admin -- <command>

${Object.values(GROUPS)
  .map(({ help }) => help)
  .join('\n')}
<command> --help shows one part. The stack is found through stack.json in KOPEIKA_HOME (./.kopeika); DATABASE_URL, WEBHOOK_URL and
TELEGRAM_WEBHOOK_SECRET, GATEWAY_URL, CLIENT_ID and CLIENT_SECRET override it.
`

const HELP_WORDS = new Set(['--help', '-h', 'help'])

/** Above the longest statement (the accountant's): the watch on the connection must not cut it off. */
const SILENCE_MS = 120_000

const run = async ([command = '--help', ...rest]: string[], env: Env): Promise<void> => {
  if (HELP_WORDS.has(command)) return void process.stdout.write(HELP)
  const group = Object.hasOwn(GROUPS, command) ? GROUPS[command] : undefined
  if (!group) throw new UsageError(`There is no command ${command}.\n\n${HELP}`)
  if (rest.some((word) => HELP_WORDS.has(word))) return void process.stdout.write(group.help)
  const target = findTarget(env)
  const sql = openDatabase({
    url: target.databaseUrl,
    applicationName: 'kopeika-admin',
    max: 1,
    silenceMs: SILENCE_MS,
  })
  try {
    await group.run({ sql, target, print: (line) => console.log(line) }, rest)
  } finally {
    await sql.end({ timeout: 2 })
  }
}

try {
  await run(process.argv.slice(2), processEnv())
} catch (error) {
  const text = error instanceof Error ? error.message : String(error)
  process.stderr.write(`${text || 'The database cannot be reached: is the stack running?'}\n`)
  process.exitCode = 1
}
