import { randomBytes } from 'node:crypto'

/** What the person has said, by flags, environment or answers; everything else is made up. */
export type Answers = {
  botToken: string | undefined
  providerToken: string | undefined
  providerCurrency: string | undefined
  yookassaShopId: string | undefined
  yookassaSecretKey: string | undefined
  yookassaTest: boolean
  transcribeKey: string | undefined
  databaseUrl: string | undefined
  databaseOwnerUrl: string | undefined
  redisUrl: string | undefined
  s3AccessKey: string | undefined
  s3SecretKey: string | undefined
  alertBotToken: string | undefined
  alertChatId: string | undefined
}

/** Fresh keys of backups (shared/backup/keys.ts), used where there are none yet. */
export type BackupKeys = { recoveryKey: string; recipients: string; signingKey: string }

/** What a secret is made from: the answers, and the secrets before it in the table. */
export type MakeContext = { answers: Answers; backupKeys: BackupKeys; secrets: ReadonlyMap<string, string> }

/** Wrong use: the message says what to do, exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError' as const
}

/** 32 random bytes as A-Z a-z 0-9 _ -, fit for passwords in addresses, headers and Telegram's secret token. */
export const randomText = (): string => randomBytes(32).toString('base64url')

/** The text of a secret that stands earlier in the table. */
export const known = ({ secrets }: MakeContext, name: string): string => {
  const text = secrets.get(name)
  if (text === undefined) throw new Error(`The secret ${name} must stand before those that are made of it.`)
  return text
}

/** The password of an address such as postgres://user:password@host. */
export const passwordOf = (address: string, name: string): string => {
  const password = URL.parse(address)?.password ?? ''
  if (password === '')
    throw new UsageError(`The secret ${name} must be an address with a user and a password.`)
  return decodeURIComponent(password)
}
