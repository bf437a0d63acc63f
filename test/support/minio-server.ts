import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startChild } from '../../local/services/children.ts'
import { findFreePort } from '../../local/services/free-port.ts'
import { ensureBuckets } from '../../local/services/s3-buckets.ts'
import { versionOf } from './storage-programs.ts'
import type { StorageServer, StorageServerOptions } from './storage-server.ts'

const READY_TIMEOUT_MS = 30_000
const STOP_GRACE_MS = 5_000

/** MinIO on 127.0.0.1, without its console and with a key of its own for SSE-S3. @throws StartProblem */
export const startMinioServer = async (
  program: string,
  options: StorageServerOptions,
): Promise<StorageServer> => {
  const { folder, logFile, tracker, accessKey, secretKey } = options
  const data = join(folder, 'minio')
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const port = await findFreePort()
  const child = await startChild({
    name: 'minio',
    command: program,
    args: ['server', '--quiet', '--address', `127.0.0.1:${port}`, data],
    cwd: folder,
    env: {
      HOME: folder,
      TZ: 'UTC',
      MINIO_ROOT_USER: accessKey,
      MINIO_ROOT_PASSWORD: secretKey,
      MINIO_KMS_SECRET_KEY: `kopeika-test:${randomBytes(32).toString('base64')}`,
      MINIO_BROWSER: 'off',
      MINIO_UPDATE: 'off',
    },
    logFile,
    tracker,
  })
  const endpoint = `http://127.0.0.1:${port}`
  const stop = (): Promise<void> => child.stop(STOP_GRACE_MS)
  try {
    await ensureBuckets({ endpoint, accessKey, secretKey }, READY_TIMEOUT_MS)
  } catch (error) {
    await stop()
    throw error
  }
  return { name: 'minio', version: await versionOf(program, ['--version']), endpoint, stop }
}
