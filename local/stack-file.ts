import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/** What `stack.json` says: all that a test, a script or the demo needs to talk to the running stack. Holds secrets: mode 0600. */
export type StackDescription = {
  gateway: string
  webhook: { url: string; secret: string }
  /** `page` is the simulator's chat page, null with a real bot. */
  telegram: { apiRoot: string; token: string; page: string | null }
  /** `control` is the simulator's address, null with the real one; null as a whole = not configured. */
  yookassa: {
    apiRoot: string
    shopId: string
    secretKey: string
    /** Takes the notifications. */
    webhook: string
    control: string | null
  } | null
  /** Speech to text; null = recordings are not taken. `control` is the simulator's, null for a server of one's own. */
  speech: { url: string; control: string | null } | null
  /** The owner's role. */
  databaseUrl: string
  /** The functions' role. */
  appDatabaseUrl: string
  redisUrl: string
  s3: {
    endpoint: string
    accessKey: string
    secretKey: string
    buckets: { avatars: string; transcripts: string; backups: string }
  }
  /** Has every scope. */
  client: { id: string; secret: string }
  /** Has `profile:read` only. */
  limitedClient: { id: string; secret: string }
  metricsToken: string
  /** The starter's. */
  pid: number
}

/** Written whole or not at all. */
export const writeStackFile = (file: string, description: StackDescription): void => {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(description, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(draft, file)
}

/** Removes it, unless another starter has written its own meanwhile. */
export const removeStackFile = (file: string): void => {
  try {
    const { pid }: { pid?: unknown } = JSON.parse(readFileSync(file, 'utf8'))
    if (pid !== process.pid) return
  } catch {
    // none, or a broken one
  }
  rmSync(file, { force: true })
}
