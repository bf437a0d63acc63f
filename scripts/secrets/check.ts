import { ConfigError, loadConfig, type Need } from '#shared/platform/config.ts'
import { UsageError } from './context.ts'

const ALL_NEEDS: readonly Need[] = [
  'database',
  'redis',
  'storage',
  'telegram',
  'webhook',
  'envelope',
  'signing',
  'providers',
  'speech',
  'backup',
  'recovery',
]

const OTHERS: readonly [name: string, pattern: RegExp, what: string][] = [
  [
    'database-owner-url',
    /^postgres(ql)?:\/\/[^:@/]+:[^@/]+@.+/,
    'must look like postgres://owner:password@host/database',
  ],
  ['alert-bot-token', /^\d+:[\w-]{20,}$/, 'must look like 123456:ABC... as BotFather gives it'],
  ['alert-chat-id', /^-?\d{1,16}$/, 'must be the number of a chat'],
]

/**
 * Looks at all secrets with the eyes of the functions that will read them.
 * @throws UsageError naming everything that is wrong, without showing a value
 */
export const checkSecrets = (secrets: ReadonlyMap<string, string>): void => {
  const problems: string[] = []
  try {
    loadConfig(
      'the functions',
      ALL_NEEDS,
      { S3_ENDPOINT: 'http://minio:9000', TRANSCRIBE_URL: 'http://speech:8000' },
      (name) => secrets.get(name),
    )
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    problems.push(...error.problems)
  }
  for (const [name, pattern, what] of OTHERS) {
    if (!pattern.test(secrets.get(name) ?? '')) problems.push(`secret ${name}: ${what}`)
  }
  if (problems.length > 0)
    throw new UsageError(`Nothing was written:\n${problems.map((one) => `  - ${one}`).join('\n')}`)
}
