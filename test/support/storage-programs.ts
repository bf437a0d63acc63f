import { execFile } from 'node:child_process'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import type { Env } from '#shared/platform/env.ts'
import { findProgram } from '../../local/services/find-program.ts'

/** Where scripts/install-minio.sh and scripts/install-seaweedfs.sh put what they build; kept between runs. */
const cacheFolder = (env: Env): string =>
  join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'kopeika', 'bin')

/** A program of that folder or of PATH, or undefined. */
export const findStorageProgram = (name: 'minio' | 'weed', env: Env): string | undefined =>
  findProgram([name], [cacheFolder(env), env.PATH ?? ''].join(delimiter))

/** The first line that a program says about its version. */
export const versionOf = async (program: string, args: readonly string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(program, [...args])
  return stdout.trim().split('\n')[0] ?? ''
}
