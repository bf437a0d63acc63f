import type { Home } from '../home.ts'
import type { KeptSecrets } from '../secrets.ts'
import type { ProcessTracker } from '../services/guard-client.ts'
import type { S3Access } from '../services/s3-buckets.ts'
import type { Settings } from '../settings.ts'

/** What every part of the stack is given. */
export type PartContext = {
  /** The repository. */
  root: string
  settings: Settings
  home: Home
  secrets: KeptSecrets
  tracker: ProcessTracker
  say: (line: string) => void
  /** Aborted = the stack is ending: nothing is started again. */
  signal: AbortSignal
  /** Where the backups are, as soon as it is up. */
  backupStore?: Promise<S3Access>
}

/** One line about a part that is up: name, where, how long it took. */
export const describePart = (name: string, where: string, sinceMs: number): string =>
  `${name.padEnd(16)} ${where.padEnd(52)} ${((performance.now() - sinceMs) / 1000).toFixed(2)} s`

/** An address without user and password. */
export const withoutCredentials = (address: string): string => {
  const url = new URL(address)
  return `${url.host}${url.pathname === '/' ? '' : url.pathname}`
}
