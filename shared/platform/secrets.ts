import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Env } from './env.ts'

/** Names of the secrets, as in stack.yml and as files under the secrets folder. */
export const SECRET_NAMES = [
  'database-url',
  'redis-url',
  's3-access-key',
  's3-secret-key',
  'telegram-bot-token',
  'telegram-webhook-secret',
  'api-clients',
  'metrics-token',
  'master-keys',
  'signing-key',
  'payment-providers',
  'transcribe-key',
  'backup-database-url',
  'backup-recipients',
  'backup-signing-key',
  'backup-s3-access-key',
  'backup-s3-secret-key',
  'backup-identity',
  'scratch-database-url',
] as const

export type SecretName = (typeof SECRET_NAMES)[number]

/** Gives a secret's text, or undefined where it is not set. Throws when its file cannot be read. */
export type ReadSecret = (name: SecretName) => string | undefined

/** The name under which a secret may stand in the environment during development: `database-url` -> `DATABASE_URL`. */
export const envNameOfSecret = (name: SecretName): string => name.toUpperCase().replaceAll('-', '_')

const isMissingFile = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')

/**
 * Secrets are files in `/var/openfaas/secrets` (OpenFaaS mounts them there; `SECRETS_DIR` overrides). The environment is
 * a fallback for development only: on a platform it shows up in APIs and pod descriptions.
 */
export const createSecretReader = (env: Env): ReadSecret => {
  const folder = env.SECRETS_DIR ?? '/var/openfaas/secrets'
  const mayUseEnv = env.NODE_ENV !== 'production'
  return (name) => {
    try {
      const text = readFileSync(join(folder, name), 'utf8').replace(/\r?\n$/, '')
      if (text !== '') return text
    } catch (error) {
      if (!isMissingFile(error)) {
        throw new Error(`The secret ${name} is there but cannot be read.`, { cause: error })
      }
    }
    return mayUseEnv ? env[envNameOfSecret(name)] || undefined : undefined
  }
}
