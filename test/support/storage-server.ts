import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Env } from '#shared/platform/env.ts'
import type { ProcessTracker } from '../../local/services/guard-client.ts'
import { startS3 } from '../../local/services/s3.ts'
import { startMinioServer } from './minio-server.ts'
import { startSeaweedfsServer } from './seaweedfs-server.ts'
import { findStorageProgram } from './storage-programs.ts'

export type StorageServerOptions = {
  folder: string
  logFile: string
  accessKey: string
  secretKey: string
  tracker?: ProcessTracker | undefined
}

/** An S3 server of this test run, and what it is. */
export type StorageServer = { name: string; version: string; endpoint: string; stop: () => Promise<void> }

/** `auto`: S3_ENDPOINT where it is set, else the first of these that is installed, else the embedded one. */
const CHOICES = ['auto', 'minio', 'seaweedfs', 'embedded'] as const
export type StorageChoice = (typeof CHOICES)[number]

export const toStorageChoice = (text: string | undefined): StorageChoice => {
  const choice = CHOICES.find((one) => one === (text || 'auto'))
  if (!choice) throw new Error(`STORAGE_SERVER is one of ${CHOICES.join(', ')}, not ${text}.`)
  return choice
}

const startEmbedded = async (options: StorageServerOptions): Promise<StorageServer> => {
  // a folder without programs keeps `minio` of PATH from being taken in its place
  const { url, stop } = await startS3({ ...options, path: '/nonexistent' })
  const manifest = createRequire(import.meta.url).resolve('@20minutes/s3rver/package.json')
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  return { name: 'embedded (s3rver)', version, endpoint: url, stop }
}

const installed = (env: Env): Exclude<StorageChoice, 'auto'> =>
  findStorageProgram('minio', env) ? 'minio' : findStorageProgram('weed', env) ? 'seaweedfs' : 'embedded'

/** Starts the server of that choice. @throws Error naming the script that installs it, StartProblem */
export const startStorageServer = async (
  choice: StorageChoice,
  env: Env,
  options: StorageServerOptions,
): Promise<StorageServer> => {
  const chosen = choice === 'auto' ? installed(env) : choice
  if (chosen === 'embedded') return startEmbedded(options)
  const program = findStorageProgram(chosen === 'minio' ? 'minio' : 'weed', env)
  if (!program) throw new Error(`${chosen} is not installed: run scripts/install-${chosen}.sh.`)
  return chosen === 'minio' ? startMinioServer(program, options) : startSeaweedfsServer(program, options)
}

/** The server that the environment names by S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY, or undefined. */
export const externalStorage = async (
  env: Env,
): Promise<(StorageServer & { accessKey: string; secretKey: string }) | undefined> => {
  const { S3_ENDPOINT: endpoint, S3_ACCESS_KEY: accessKey, S3_SECRET_KEY: secretKey } = env
  if (!endpoint) return undefined
  if (!accessKey || !secretKey)
    throw new Error('S3_ENDPOINT needs S3_ACCESS_KEY and S3_SECRET_KEY beside it.')
  const { headers } = await fetch(endpoint, { signal: AbortSignal.timeout(5_000) })
  const version = headers.get('server') ?? 'says nothing of itself'
  return { name: endpoint, version, endpoint, accessKey, secretKey, stop: async () => undefined }
}
