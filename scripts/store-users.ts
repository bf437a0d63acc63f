/** Service `store-users` of compose: gives the functions and the backups users of their own at MinIO, so that only MinIO itself knows its root. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Env, processEnv } from '#shared/platform/env.ts'
import { MinioRefusal, openMinioAdmin } from './compose/minio-admin.ts'
import { readSecretFile } from './compose/read-secret.ts'
import { setUpStoreUsers } from './compose/store-users.ts'

const PATIENCE_MS = 60_000
const PAUSE_MS = 1_000

const required = (env: Env, name: string): string => {
  const text = env[name]?.trim()
  if (!text) throw new Error(`${name} is not set.`)
  return text
}

/** MinIO starts beside us: whatever it is not ready for is tried again. @throws MinioRefusal, or Error when the time is up */
const whenReady = async <T>(endpoint: string, patienceMs: number, work: () => Promise<T>): Promise<T> => {
  const until = performance.now() + patienceMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (error instanceof MinioRefusal) throw error
      if (performance.now() >= until)
        throw new Error(`The store at ${endpoint} did not come up.`, { cause: error })
    }
    await sleep(PAUSE_MS)
  }
}

/** @throws Error naming what is missing, or what the store says */
export const makeStoreUsers = async (
  env: Env,
  say: (line: string) => void,
  patienceMs = PATIENCE_MS,
): Promise<void> => {
  const secret = (name: string): string => readSecretFile(required(env, 'SECRETS_DIR'), name)
  const bucket = (name: string): string => required(env, name)
  const endpoint = required(env, 'MINIO_ENDPOINT')
  const users = {
    functions: { accessKey: secret('s3-access-key'), secretKey: secret('s3-secret-key') },
    backups: { accessKey: secret('backup-s3-access-key'), secretKey: secret('backup-s3-secret-key') },
  }
  const buckets = {
    functions: [bucket('S3_BUCKET_AVATARS'), bucket('S3_BUCKET_TRANSCRIPTS')],
    backups: [bucket('S3_BUCKET_BACKUPS'), bucket('S3_BUCKET_COPIES')],
  }
  const rootUser = secret('minio-root-user')
  const rootPassword = secret('minio-root-password')
  const admin = openMinioAdmin({ endpoint, region: required(env, 'S3_REGION'), rootUser, rootPassword })
  const lines = await whenReady(endpoint, patienceMs, () => setUpStoreUsers(admin, users, buckets))
  for (const line of lines) say(line)
}

if (import.meta.main) {
  try {
    await makeStoreUsers(processEnv(), (line) => console.log(line))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    process.exitCode = 1
  }
}
