import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StartProblem } from '../start-problem.ts'
import { type Child, type ChildEnd, startChild } from './children.ts'
import { findProgram } from './find-program.ts'
import { findFreePort } from './free-port.ts'
import type { ProcessTracker } from './guard-client.ts'
import { ensureBuckets } from './s3-buckets.ts'

export type S3Options = {
  /** Objects and the server's configuration lie here. */
  folder: string
  logFile: string
  accessKey: string
  secretKey: string
  /** Where `minio` is looked for; without it the npm server is taken. */
  path: string
  /** 0 or left out: a free one. */
  port?: number
  tracker?: ProcessTracker | undefined
}

export type RunningS3 = {
  /** `minio` or `s3rver`. */
  server: string
  url: string
  port: number
  pid: number
  exited: Promise<ChildEnd>
  stop: () => Promise<void>
}

const READY_TIMEOUT_MS = 20_000
const STOP_GRACE_MS = 4_000
const PORT_ATTEMPTS = 5

const launchMinio = (options: S3Options, program: string, port: number): Promise<Child> => {
  const { folder, logFile, tracker, accessKey, secretKey, path } = options
  return startChild({
    name: 's3',
    command: program,
    args: ['server', '--quiet', '--address', `127.0.0.1:${port}`, join(folder, 'minio')],
    cwd: folder,
    env: {
      PATH: path,
      HOME: folder,
      TZ: 'UTC',
      MINIO_ROOT_USER: accessKey,
      MINIO_ROOT_PASSWORD: secretKey,
      MINIO_BROWSER: 'off',
      MINIO_UPDATE: 'off',
    },
    logFile,
    tracker,
  })
}

const launchS3rver = async (options: S3Options, port: number): Promise<Child> => {
  const { folder, logFile, tracker, accessKey, secretKey } = options
  const directory = join(folder, 'objects')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const configFile = join(folder, 's3rver.json')
  writeFileSync(configFile, JSON.stringify({ port, directory, accessKey, secretKey }), { mode: 0o600 })
  const child = await startChild({
    name: 's3',
    command: process.execPath,
    args: [fileURLToPath(new URL('./s3rver-process.ts', import.meta.url)), configFile],
    cwd: folder,
    env: { PATH: options.path, TZ: 'UTC' },
    logFile,
    tracker,
    ipc: true,
  })
  try {
    await child.waitForMessage(READY_TIMEOUT_MS)
    return child
  } catch (error) {
    await child.stop(STOP_GRACE_MS)
    throw error
  }
}

const launch = async (options: S3Options, port: number): Promise<RunningS3> => {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 })
  const minio = findProgram(['minio'], options.path)
  const child = await (minio ? launchMinio(options, minio, port) : launchS3rver(options, port))
  const url = `http://127.0.0.1:${port}`
  const { accessKey, secretKey } = options
  try {
    const ended = child.exited.then(() => {
      throw new StartProblem(`s3 ended at its start: ${child.lastWords()}`)
    })
    // minio says nothing when it is ready: the first answer tells
    await Promise.race([ensureBuckets({ endpoint: url, accessKey, secretKey }, READY_TIMEOUT_MS), ended])
  } catch (error) {
    await child.stop(STOP_GRACE_MS)
    throw error
  }
  return {
    server: minio ? 'minio' : 's3rver',
    url,
    port,
    pid: child.pid,
    exited: child.exited,
    stop: () => child.stop(STOP_GRACE_MS),
  }
}

/**
 * Starts an S3 server on 127.0.0.1 with the three buckets: `minio` where it is on PATH, else the npm one.
 * @throws StartProblem
 */
export const startS3 = async (options: S3Options): Promise<RunningS3> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launch(options, options.port || (await findFreePort()))
    } catch (error) {
      const isTaken =
        error instanceof Error && /EADDRINUSE|address already in use|port is already/i.test(error.message)
      if (!isTaken || options.port || attempt === PORT_ATTEMPTS) throw error
    }
  }
}
