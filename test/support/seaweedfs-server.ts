import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startChild } from '../../local/services/children.ts'
import { findFreePort } from '../../local/services/free-port.ts'
import { ensureBuckets } from '../../local/services/s3-buckets.ts'
import { versionOf } from './storage-programs.ts'
import type { StorageServer, StorageServerOptions } from './storage-server.ts'

const READY_TIMEOUT_MS = 60_000
const STOP_GRACE_MS = 10_000

/** Every port that it would open, and 0 for the services that we do not use. */
const portFlags = async (): Promise<{ flags: string[]; s3: number }> => {
  const names = [
    'master.port',
    'master.port.grpc',
    'volume.port',
    'volume.port.grpc',
    'filer.port',
    'filer.port.grpc',
    's3.port.grpc',
  ]
  const flags: string[] = ['-s3.port.iceberg=0', '-s3.port.lance=0']
  for (const name of names) flags.push(`-${name}=${await findFreePort()}`)
  const s3 = await findFreePort()
  return { flags: [...flags, `-s3.port=${s3}`], s3 }
}

/** SeaweedFS in one process on 127.0.0.1, with a key of its own for SSE-S3; it reports nothing to anybody. @throws StartProblem */
export const startSeaweedfsServer = async (
  program: string,
  options: StorageServerOptions,
): Promise<StorageServer> => {
  const { folder, logFile, tracker, accessKey, secretKey } = options
  const data = join(folder, 'seaweedfs')
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const config = join(folder, 'seaweedfs-s3.json')
  const owner = { name: 'kopeika', credentials: [{ accessKey, secretKey }], actions: ['Admin'] }
  writeFileSync(config, JSON.stringify({ identities: [owner] }), { mode: 0o600 })
  const { flags, s3 } = await portFlags()
  const child = await startChild({
    name: 'seaweedfs',
    command: program,
    args: [
      'server',
      `-dir=${data}`,
      '-ip=127.0.0.1',
      '-ip.bind=127.0.0.1',
      '-master.telemetry=false',
      '-master.volumeSizeLimitMB=256',
      '-volume.max=0',
      '-filer',
      '-s3',
      `-s3.config=${config}`,
      `-filer.localSocket=${join(folder, 'filer.sock')}`,
      `-s3.localSocket=${join(folder, 's3.sock')}`,
      ...flags,
    ],
    cwd: folder,
    env: { HOME: folder, TZ: 'UTC', WEED_S3_SSE_KEK: randomBytes(32).toString('hex') },
    logFile,
    tracker,
  })
  const endpoint = `http://127.0.0.1:${s3}`
  const stop = (): Promise<void> => child.stop(STOP_GRACE_MS)
  try {
    await ensureBuckets({ endpoint, accessKey, secretKey }, READY_TIMEOUT_MS)
  } catch (error) {
    await stop()
    throw error
  }
  return { name: 'seaweedfs', version: await versionOf(program, ['version']), endpoint, stop }
}
