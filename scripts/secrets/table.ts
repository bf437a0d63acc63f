import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { completeClients } from '../../local/clients.ts'
import { type BackupKeys, known, type MakeContext, passwordOf, randomText, UsageError } from './context.ts'

/** How one secret comes to be, and what its renewal takes. */
export type SecretRule = {
  name: string
  /** `functions`: stack.yml names it, OpenFaaS gets it too. `compose`: only the services beside the functions read it. */
  readBy: 'functions' | 'compose'
  make: (context: MakeContext) => string
  /** Made of another secret: it follows that one and is never renewed by itself. */
  follows?: string
  /** The renewed text; `make` unless said. @throws UsageError when it must not be renewed */
  renew?: (old: string, context: MakeContext) => string
  /** What else has to be done after a renewal. */
  afterRenewal: string
}

const RESTART = 'Replace what reads it (docs/operations/compose.md, Upgrade).'

const STORE_USERS = 'Run the service store-users of compose: it gives MinIO the new key.'
const ROOT_RENEWED = 'Restart minio, then run store-users.'

const required = (value: string | undefined, what: string): string => {
  if (value === undefined) throw new UsageError(what)
  return value
}

const botToken = ({ answers }: MakeContext): string =>
  required(
    answers.botToken,
    "The bot's token is missing: give --bot-token or TELEGRAM_BOT_TOKEN (BotFather, /token).",
  )

const providers = ({ answers }: MakeContext): string => {
  const { providerToken, providerCurrency, yookassaShopId, yookassaSecretKey, yookassaTest } = answers
  if ((yookassaShopId === undefined) !== (yookassaSecretKey === undefined))
    throw new UsageError('YooKassa needs both --yookassa-shop-id and --yookassa-secret-key.')
  return JSON.stringify({
    ...(providerToken === undefined
      ? {}
      : { telegram: { token: providerToken, currency: providerCurrency ?? 'RUB' } }),
    ...(yookassaShopId === undefined
      ? {}
      : { yookassa: { shopId: yookassaShopId, secretKey: yookassaSecretKey, test: yookassaTest } }),
  })
}

const MasterKeys = z.object({ current: z.string(), keys: z.record(z.string(), z.string()) })
const newMasterKey = (): string => randomBytes(32).toString('base64')

/** The old keys stay: what they have sealed must be opened until it is sealed anew. */
const addMasterKey = (old: string): string => {
  const { keys } = MasterKeys.parse(JSON.parse(old))
  let number = Object.keys(keys).length + 1
  while (Object.hasOwn(keys, `k${number}`)) number += 1
  return JSON.stringify({ current: `k${number}`, keys: { ...keys, [`k${number}`]: newMasterKey() } })
}

const Clients = z.object({ clients: z.array(z.looseObject({ keys: z.array(z.string()) })) })

/** The new key signs, the last one stays valid beside it: nobody is locked out while the file is being handed round. */
const addClientKeys = (old: string): string => {
  const { clients } = Clients.parse(JSON.parse(old))
  const renewed = clients.map((client) => ({
    ...client,
    keys: [randomText(), ...client.keys.slice(0, 1)],
  }))
  return JSON.stringify({ clients: renewed }, undefined, 2)
}

/** The three texts belong together: one of them is never made beside an older one. */
const backupKey =
  (part: keyof BackupKeys) =>
  (context: MakeContext): string => {
    const { backupKeys, secrets } = context
    const identity = secrets.get('backup-identity')
    if (identity !== undefined && identity !== backupKeys.recoveryKey)
      throw new UsageError(
        'backup-identity is there, but not all that belongs to it (backup-recipients, backup-signing-key): put them back, or write new ones by npm run admin -- backup keys.',
      )
    return backupKeys[part]
  }

const never = (why: string) => (): never => {
  throw new UsageError(why)
}

const NO_NEW_BACKUP_KEYS =
  'Backups that are there need the keys that they were made with: npm run admin -- backup keys makes new ones, to be written beside the old (docs/operations/backups.md).'

/** Every secret, in the order in which they are made. */
export const SECRETS: readonly SecretRule[] = [
  {
    name: 'database-url',
    readBy: 'functions',
    // PgBouncer hands a connection on after each transaction, so nothing may be prepared on it
    make: ({ answers }) =>
      answers.databaseUrl ??
      `postgres://kopeika_functions:${randomText()}@pgbouncer:6432/kopeika?prepare=false`,
    afterRenewal: `Run the service migrate (or npm run migrate): it gives the role its new password. ${RESTART}`,
  },
  {
    name: 'redis-url',
    readBy: 'functions',
    make: ({ answers }) => answers.redisUrl ?? `redis://:${randomText()}@redis:6379`,
    afterRenewal: RESTART,
  },
  {
    name: 's3-access-key',
    readBy: 'functions',
    make: ({ answers }) => answers.s3AccessKey ?? `kopeika${randomBytes(6).toString('hex')}`,
    afterRenewal: `${STORE_USERS} ${RESTART} The user of before stays until it is removed: better renew s3-secret-key alone.`,
  },
  {
    name: 's3-secret-key',
    readBy: 'functions',
    make: ({ answers }) => answers.s3SecretKey ?? randomText(),
    afterRenewal: `${STORE_USERS} ${RESTART} Where backups use the same user, --rotate backup-s3-secret-key too.`,
  },
  {
    name: 'telegram-bot-token',
    readBy: 'functions',
    make: botToken,
    afterRenewal: `${RESTART} Then npm run webhook -- set.`,
  },
  {
    name: 'telegram-webhook-secret',
    readBy: 'functions',
    make: randomText,
    afterRenewal: `${RESTART} Then at once npm run webhook -- set: until then Telegram's posts are refused, and come again.`,
  },
  {
    name: 'api-clients',
    readBy: 'functions',
    make: () => completeClients(undefined),
    renew: addClientKeys,
    afterRenewal: `${RESTART} The last key of each client stays valid until the next renewal.`,
  },
  { name: 'metrics-token', readBy: 'functions', make: randomText, afterRenewal: RESTART },
  {
    name: 'master-keys',
    readBy: 'functions',
    make: () => JSON.stringify({ current: 'k1', keys: { k1: newMasterKey() } }),
    renew: addMasterKey,
    afterRenewal: `${RESTART} Keep the old keys in the file: they open what is sealed with them.`,
  },
  {
    name: 'signing-key',
    readBy: 'functions',
    make: randomText,
    afterRenewal: `${RESTART} Invoices that are open now are refused at pre-checkout: people ask for a new one.`,
  },
  { name: 'payment-providers', readBy: 'functions', make: providers, afterRenewal: RESTART },
  {
    name: 'transcribe-key',
    readBy: 'functions',
    // the word for none: a platform's secret may not be empty
    make: ({ answers }) => answers.transcribeKey ?? 'none',
    afterRenewal: RESTART,
  },
  {
    name: 'database-owner-url',
    readBy: 'compose',
    make: ({ answers }) =>
      answers.databaseOwnerUrl ?? `postgres://kopeika:${randomText()}@postgres:5432/kopeika`,
    renew: never(
      "PostgreSQL takes its owner's password at its first start only: change it there (alter role kopeika password ...), then write it into database-owner-url by hand and run this again.",
    ),
    afterRenewal: '',
  },
  {
    name: 'backup-database-url',
    readBy: 'functions',
    // by PostgreSQL itself: a backup is one transaction, as long as it takes
    make: (context) => {
      const url = new URL(known(context, 'database-owner-url'))
      url.username = 'kopeika_backups'
      url.password = randomText()
      return url.href
    },
    afterRenewal: `Run the service migrate (or npm run migrate): it gives the role its new password. ${RESTART}`,
  },
  {
    name: 'scratch-database-url',
    readBy: 'functions',
    // the owner may make databases; a server of its own is better (docs/operations/backups.md)
    make: (context) => known(context, 'database-owner-url'),
    afterRenewal: RESTART,
  },
  {
    name: 'backup-identity',
    readBy: 'functions',
    make: backupKey('recoveryKey'),
    renew: never(NO_NEW_BACKUP_KEYS),
    afterRenewal: '',
  },
  {
    name: 'backup-recipients',
    readBy: 'functions',
    make: backupKey('recipients'),
    renew: never(NO_NEW_BACKUP_KEYS),
    afterRenewal: '',
  },
  {
    name: 'backup-signing-key',
    readBy: 'functions',
    make: backupKey('signingKey'),
    renew: never(NO_NEW_BACKUP_KEYS),
    afterRenewal: '',
  },
  {
    name: 'backup-s3-access-key',
    readBy: 'functions',
    // a store of the operator's own has its users already: that one, unless another is written here
    make: (context) =>
      context.answers.s3AccessKey === undefined
        ? `backups${randomBytes(6).toString('hex')}`
        : known(context, 's3-access-key'),
    afterRenewal: `${STORE_USERS} ${RESTART}`,
  },
  {
    name: 'backup-s3-secret-key',
    readBy: 'functions',
    make: (context) =>
      context.answers.s3SecretKey === undefined ? randomText() : known(context, 's3-secret-key'),
    afterRenewal: `${STORE_USERS} ${RESTART}`,
  },
  {
    name: 'postgres-password',
    readBy: 'compose',
    follows: 'database-owner-url',
    make: (context) => passwordOf(known(context, 'database-owner-url'), 'database-owner-url'),
    afterRenewal: '',
  },
  {
    name: 'pgbouncer-users',
    readBy: 'compose',
    follows: 'database-url',
    make: (context) => {
      const address = known(context, 'database-url')
      const user = decodeURIComponent(URL.parse(address)?.username ?? '')
      // auth_file: doubled quotes are PgBouncer's way to write one
      const quoted = [user, passwordOf(address, 'database-url')].map(
        (text) => `"${text.replaceAll('"', '""')}"`,
      )
      return quoted.join(' ')
    },
    afterRenewal: '',
  },
  {
    name: 'redis-auth',
    readBy: 'compose',
    follows: 'redis-url',
    make: (context) => `requirepass ${URL.parse(known(context, 'redis-url'))?.password || randomText()}`,
    afterRenewal: '',
  },
  {
    name: 'minio-root-user',
    readBy: 'compose',
    make: () => `root${randomBytes(6).toString('hex')}`,
    afterRenewal: ROOT_RENEWED,
  },
  {
    name: 'minio-root-password',
    readBy: 'compose',
    make: randomText,
    afterRenewal: ROOT_RENEWED,
  },
  {
    name: 'minio-kms-key',
    readBy: 'compose',
    make: () => `kopeika:${randomBytes(32).toString('base64')}`,
    renew: never(
      'Objects are sealed with minio-kms-key: without it every one of them is lost. It is not renewed.',
    ),
    afterRenewal: '',
  },
  {
    name: 'grafana-admin-password',
    readBy: 'compose',
    make: randomText,
    afterRenewal:
      'Grafana takes it at its first start only: docker compose exec grafana grafana cli admin reset-admin-password.',
  },
  {
    name: 'alert-bot-token',
    readBy: 'compose',
    // a bot of its own is better: it still speaks when the first one is blocked
    make: (context) => context.answers.alertBotToken ?? known(context, 'telegram-bot-token'),
    afterRenewal: 'Restart alertmanager.',
  },
  {
    name: 'alert-chat-id',
    readBy: 'compose',
    make: ({ answers }) => answers.alertChatId ?? '0',
    afterRenewal: 'Restart alertmanager.',
  },
]
