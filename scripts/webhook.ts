/** `npm run webhook`: tells Telegram where updates go, and shows what it says about that. */
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { type Env, processEnv } from '#shared/platform/env.ts'
import { createSecretReader, type SecretName } from '#shared/platform/secrets.ts'
import { ALLOWED_UPDATES, MAX_CONNECTIONS } from '../local/parts/telegram.ts'
import { createTelegramCaller } from '../local/telegram-api.ts'

const HELP = `Tells Telegram where the bot's updates go.

  npm run webhook -- set --url https://bot.example.org/function/dispatcher
  npm run webhook -- info
  npm run webhook -- delete

  --url <https address>      of the function dispatcher as the edge shows it (or WEBHOOK_URL)
  --folder <path>            where npm run secrets put the files (default: SECRETS_DIR, else .secrets)
  --max-connections <1-100>  how many updates Telegram sends at a time (default: ${MAX_CONNECTIONS})
  --drop-pending-updates     forgets what waits at Telegram; payments among it are found by reconcile alone

TELEGRAM_API_ROOT names another Bot API server. Exit code: 0 done, 1 Telegram refused or is away, 2 wrong usage; info: 3 when
Telegram could not deliver lately.
`

const EXIT = { done: 0, failed: 1, usage: 2, troubled: 3 } as const
const TIMEOUT_MS = 15_000
const REAL_API_ROOT = 'https://api.telegram.org'

class UsageError extends Error {
  override name = 'UsageError' as const
}

const usage = (message: string): never => {
  throw new UsageError(`${message}\nSee npm run webhook -- --help`)
}

const Info = z.looseObject({
  url: z.string(),
  pending_update_count: z.number(),
  last_error_date: z.number().optional(),
  last_error_message: z.string().optional(),
  max_connections: z.number().optional(),
  ip_address: z.string().optional(),
  allowed_updates: z.array(z.string()).optional(),
})

const OPTIONS = {
  url: { type: 'string' },
  folder: { type: 'string' },
  'max-connections': { type: 'string', default: String(MAX_CONNECTIONS) },
  'drop-pending-updates': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

const readArguments = (args: string[]) => {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true })
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error))
  }
}
type Values = ReturnType<typeof readArguments>['values']

const readSecret = (folder: string, name: SecretName): string => {
  // production: the environment is no place for a secret, so only the file counts
  const text = createSecretReader({ SECRETS_DIR: folder, NODE_ENV: 'production' })(name)
  return text ?? usage(`There is no secret ${name} in ${folder}: run npm run secrets, or name its --folder.`)
}

/** Telegram takes https on four ports; any address will do for a stand-in on another API root. */
const checkUrl = (text: string | undefined, apiRoot: string): string => {
  if (!text) return usage('set needs --url: where the edge shows the function dispatcher.')
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol)) return usage(`--url ${text} is no address.`)
  if (apiRoot !== REAL_API_ROOT) return text
  if (url.protocol !== 'https:') return usage('--url must begin with https://: Telegram takes nothing else.')
  if (!['', '443', '80', '88', '8443'].includes(url.port))
    return usage(`--url names port ${url.port}: Telegram takes 443, 80, 88 and 8443.`)
  return text
}

const checkConnections = (text: string): number => {
  const count = Number(text)
  return /^\d{1,3}$/.test(text) && count >= 1 && count <= 100
    ? count
    : usage(`--max-connections is "${text}": it must be a number from 1 to 100.`)
}

const ago = (date: number, nowMs: number): string => {
  const minutes = Math.max(0, Math.round((nowMs / 1000 - date) / 60))
  if (minutes < 120) return `${minutes} min ago`
  return minutes < 2_880 ? `${Math.round(minutes / 60)} h ago` : `${Math.round(minutes / 1_440)} days ago`
}

/** An hour: an older failure is history, since Telegram tries again within two minutes. */
const LATELY_SECONDS = 3_600

const describeInfo = (answer: unknown, print: (line: string) => void): number => {
  const info = Info.parse(answer)
  const now = Date.now()
  const line = (name: string, value: string | number): void => print(`${name.padEnd(18)} ${value}`)
  line('webhook', info.url || 'none: updates wait at Telegram, for 24 hours at most')
  line('waiting updates', info.pending_update_count)
  line('connections', info.max_connections ?? MAX_CONNECTIONS)
  line('kinds', info.allowed_updates?.join(', ') ?? 'all but chat_member and reactions')
  if (info.ip_address) line('address', info.ip_address)
  const { last_error_date: failedAt, last_error_message: why } = info
  line('last error', failedAt === undefined ? 'none' : `${ago(failedAt, now)}: ${why ?? 'not told'}`)
  const missing = ALLOWED_UPDATES.filter(
    (kind) => info.allowed_updates && !info.allowed_updates.includes(kind),
  )
  if (info.url && missing.length > 0)
    line('missing kinds', `${missing.join(', ')}: run npm run webhook -- set`)
  const isTroubled = failedAt !== undefined && now / 1000 - failedAt < LATELY_SECONDS
  return isTroubled && info.pending_update_count > 0 ? EXIT.troubled : EXIT.done
}

const runCommand = async (
  command: string | undefined,
  values: Values,
  env: Env,
  print: (line: string) => void,
): Promise<number> => {
  const apiRoot = (env.TELEGRAM_API_ROOT || REAL_API_ROOT).replace(/\/+$/, '')
  const folder = values.folder ?? env.SECRETS_DIR ?? '.secrets'
  const dropPending = values['drop-pending-updates']
  const ask = (method: string, params: Record<string, unknown> = {}): Promise<unknown> =>
    createTelegramCaller(apiRoot, readSecret(folder, 'telegram-bot-token'))(
      method,
      params,
      AbortSignal.timeout(TIMEOUT_MS),
    )
  switch (command) {
    case 'set': {
      const url = checkUrl(values.url ?? env.WEBHOOK_URL, apiRoot)
      await ask('setWebhook', {
        url,
        secret_token: readSecret(folder, 'telegram-webhook-secret'),
        // named each time: left out, Telegram would keep an earlier list
        allowed_updates: ALLOWED_UPDATES,
        max_connections: checkConnections(values['max-connections']),
        drop_pending_updates: dropPending,
      })
      print(`Telegram sends updates to ${url} from now on.`)
      return EXIT.done
    }
    case 'info':
      return describeInfo(await ask('getWebhookInfo'), print)
    case 'delete':
      await ask('deleteWebhook', { drop_pending_updates: dropPending })
      print('The webhook is gone: updates wait at Telegram, for 24 hours at most.')
      return EXIT.done
    default:
      return usage(command === undefined ? 'Say set, info or delete.' : `There is no command ${command}.`)
  }
}

/** The command without the process around it. Resolves to the exit code. */
export const runWebhook = async (
  args: string[],
  env: Env,
  print: (line: string) => void,
): Promise<number> => {
  try {
    const { values, positionals } = readArguments(args)
    if (values.help) {
      print(HELP)
      return EXIT.done
    }
    if (positionals.length > 1) usage(`One command at a time, not ${positionals.join(' ')}.`)
    return await runCommand(positionals[0], values, env, print)
  } catch (error) {
    print(error instanceof Error ? error.message : String(error))
    return error instanceof UsageError ? EXIT.usage : EXIT.failed
  }
}

if (import.meta.main)
  process.exitCode = await runWebhook(process.argv.slice(2), processEnv(), (line) => console.log(line))
