import { parseArgs } from 'node:util'
import type { Env } from '#shared/platform/env.ts'
import { type Answers, UsageError } from './context.ts'

/** Containers of docker-compose.yml that read secrets run as this user. */
const CONTAINER_USER = 10_001

export const HELP = `Creates the secrets of a production installation, one file each, and never writes over one that is there.

  npm run secrets                          asks for the bot's token, makes everything else up
  npm run secrets -- --rotate NAME         gives that secret a new text (may stand several times)
  npm run secrets -- --faas-cli            prints the commands that hand the same files to OpenFaaS

  --folder <path>               where the files lie (default: .secrets)
  --owner <uid>                 whom they shall belong to (default as root: ${CONTAINER_USER}, the user of the containers; else you)
  --gateway <url>               for --faas-cli (default: http://127.0.0.1:8080)
  --bot-token <token>           of the bot, from BotFather; better TELEGRAM_BOT_TOKEN: flags stay in the shell's history
  --provider-token <token>      payments in money inside Telegram, from BotFather (TELEGRAM_PROVIDER_TOKEN)
  --provider-currency <ISO>     its currency (default: RUB)
  --yookassa-shop-id <digits>   YooKassa's shop (YOOKASSA_SHOP_ID)
  --yookassa-secret-key <key>   its key (YOOKASSA_SECRET_KEY)
  --yookassa-test               it is a test shop
  --transcribe-key <key>        of the server of speech to text (TRANSCRIBE_KEY); without it none is sent
  --database-url <url>          a PostgreSQL of yours, the functions' role; add ?prepare=false behind a transaction pooler
  --database-owner-url <url>    its owner, for migrations
  --redis-url <url>             a Redis of yours (redis://, rediss://, redis+sentinel://, redis+cluster://)
  --s3-access-key <key>         an S3 of yours (S3_ACCESS_KEY), with
  --s3-secret-key <key>         (S3_SECRET_KEY)
  --alert-bot-token <token>     the bot that alerts come from (ALERT_BOT_TOKEN; default: the same bot)
  --alert-chat-id=<number>      where alerts go (ALERT_CHAT_ID); without it they are shown in Alertmanager alone
`

const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const

const OPTIONS = {
  folder: { type: 'string', default: '.secrets' },
  owner: text,
  gateway: { type: 'string', default: 'http://127.0.0.1:8080' },
  rotate: { type: 'string', multiple: true, default: [] as string[] },
  'faas-cli': flag,
  help: { type: 'boolean', short: 'h', default: false },
  'bot-token': text,
  'provider-token': text,
  'provider-currency': text,
  'yookassa-shop-id': text,
  'yookassa-secret-key': text,
  'yookassa-test': flag,
  'transcribe-key': text,
  'database-url': text,
  'database-owner-url': text,
  'redis-url': text,
  's3-access-key': text,
  's3-secret-key': text,
  'alert-bot-token': text,
  'alert-chat-id': text,
} as const

export type SecretsOptions = {
  folder: string
  ownerId: number | undefined
  gateway: string
  rotate: string[]
  faasCli: boolean
  help: boolean
  answers: Answers
}

const parse = (args: string[]) => {
  try {
    return parseArgs({ args, options: OPTIONS }).values
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\nSee npm run secrets -- --help`)
  }
}

const readOwner = (given: string | undefined, isRoot: boolean): number | undefined => {
  if (given === undefined) return isRoot ? CONTAINER_USER : undefined
  if (!/^\d{1,9}$/.test(given))
    throw new UsageError(`--owner is "${given}": it must be the number of a user.`)
  if (!isRoot) throw new UsageError('--owner needs root: only root can give files to another user.')
  return Number(given)
}

/** Reads flags and environment; a flag wins. Pure. @throws UsageError */
export const readSecretsOptions = (args: string[], env: Env, isRoot: boolean): SecretsOptions => {
  const values = parse(args)
  if (!/^https?:\/\/\S+$/.test(values.gateway)) throw new UsageError('--gateway must be an http(s) address.')
  return {
    folder: values.folder,
    ownerId: readOwner(values.owner, isRoot),
    gateway: values.gateway,
    rotate: values.rotate,
    faasCli: values['faas-cli'],
    help: values.help,
    answers: {
      botToken: values['bot-token'] || env.TELEGRAM_BOT_TOKEN || undefined,
      providerToken: values['provider-token'] || env.TELEGRAM_PROVIDER_TOKEN || undefined,
      providerCurrency: values['provider-currency'],
      yookassaShopId: values['yookassa-shop-id'] || env.YOOKASSA_SHOP_ID || undefined,
      yookassaSecretKey: values['yookassa-secret-key'] || env.YOOKASSA_SECRET_KEY || undefined,
      yookassaTest: values['yookassa-test'] || env.YOOKASSA_TEST === 'true',
      transcribeKey: values['transcribe-key'] || env.TRANSCRIBE_KEY || undefined,
      databaseUrl: values['database-url'],
      databaseOwnerUrl: values['database-owner-url'],
      redisUrl: values['redis-url'],
      s3AccessKey: values['s3-access-key'] || env.S3_ACCESS_KEY || undefined,
      s3SecretKey: values['s3-secret-key'] || env.S3_SECRET_KEY || undefined,
      alertBotToken: values['alert-bot-token'] || env.ALERT_BOT_TOKEN || undefined,
      alertChatId: values['alert-chat-id'] || env.ALERT_CHAT_ID || undefined,
    },
  }
}
