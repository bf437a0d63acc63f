import { writeAudit } from '#shared/db/audit.ts'
import { discardUpdate, getUpdate, listOpenUpdates, reviveUpdate } from '#shared/db/inbox-admin.ts'
import {
  type CommandGroup,
  type Context,
  limitOf,
  readFlags,
  reasonOf,
  UsageError,
  wholeNumber,
} from './context.ts'

const HELP = `Telegram's updates that had no effect yet.

  updates list [--state dead|failed|processing] [--kind message] [--telegram-id N] [--older-than MINUTES] [--limit 100]
                            oldest first: dead letters (dead), those that wait for their next delivery (failed),
                            and those being worked on (processing)
  updates show <id>         one update with what Telegram sent
  updates replay <id>       handles a dead letter again, once its cause is mended (exit 1 when it fails again)
  updates discard <id> --reason "..."
                            gives a dead letter up: what Telegram sent is dropped
`

const STATES = ['dead', 'failed', 'processing'] as const

const stateOf = (text: string | undefined): (typeof STATES)[number] | undefined => {
  if (text === undefined) return undefined
  const state = STATES.find((one) => one === text)
  if (!state) throw new UsageError(`--state must be one of: ${STATES.join(', ')}.`)
  return state
}

const list = async ({ sql, print }: Context, rest: string[]): Promise<void> => {
  const { flags } = readFlags(rest, { names: ['state', 'kind', 'telegram-id', 'older-than', 'limit'] })
  const optional = (text: string | undefined, what: string) =>
    text === undefined ? undefined : wholeNumber(text, what)
  const updates = await listOpenUpdates(sql, {
    state: stateOf(flags.state),
    kind: flags.kind,
    telegramId: optional(flags['telegram-id'], '--telegram-id'),
    olderThanMinutes: optional(flags['older-than'], '--older-than'),
    limit: limitOf(flags.limit),
  })
  for (const { updateId, state, kind, attempts, receivedAt, lastError } of updates) {
    print(
      `${updateId}  ${state.padEnd(10)} ${kind.padEnd(20)} attempts ${attempts}  ${receivedAt.toISOString()}  ${lastError ?? ''}`,
    )
  }
  print(`${updates.length} update(s) without effect`)
}

const replay = async ({ sql, target, print }: Context, updateId: number): Promise<void> => {
  const { body } = await getUpdate(sql, updateId)
  if (target.webhook.url === '')
    throw new UsageError('The webhook is not known: set WEBHOOK_URL and TELEGRAM_WEBHOOK_SECRET.')
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

const discard = async ({ sql, print }: Context, rest: string[]): Promise<void> => {
  const { flags, words } = readFlags(rest, { names: ['reason'], words: 1 })
  const updateId = wholeNumber(words[0], 'The update id')
  const reason = reasonOf(flags.reason)
  await sql.begin(async (tx) => {
    await discardUpdate(tx, updateId)
    const entry = { actor: 'operator', action: 'update-discarded', subject: `update:${updateId}` }
    await writeAudit(tx, { ...entry, details: { reason } })
  })
  print(`update ${updateId} is discarded`)
}

const idOf = (rest: string[]): number => wholeNumber(readFlags(rest, { words: 1 }).words[0], 'The update id')

export const updates: CommandGroup = {
  help: HELP,
  run: async (context, [action, ...rest]) => {
    if (action === 'list') await list(context, rest)
    else if (action === 'show')
      context.print(JSON.stringify(await getUpdate(context.sql, idOf(rest)), undefined, 2))
    else if (action === 'replay') await replay(context, idOf(rest))
    else if (action === 'discard') await discard(context, rest)
    else throw new UsageError(HELP)
  },
}
