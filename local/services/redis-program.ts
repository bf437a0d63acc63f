import { execFile } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { messageOf, StartProblem } from '../start-problem.ts'
import { findProgram } from './find-program.ts'

const run = promisify(execFile)

const PROGRAMS = ['redis-server', 'valkey-server']
const INSTALL = 'apt-get update && apt-get install -y --no-install-recommends redis-server'
const APT_TIMEOUT_MS = 240_000
/** Debian's postinst asks this file whether it may start the service; 101 = no (invoke-rc.d(8)). */
const POLICY_FILE = '/usr/sbin/policy-rc.d'

export type RedisProgramOptions = {
  path: string
  say: (line: string) => void
  /** Whether we may install (root). */
  isRoot: boolean
  policyFile?: string
}

const apt = (args: string[], path: string): Promise<unknown> =>
  run('apt-get', args, {
    timeout: APT_TIMEOUT_MS,
    maxBuffer: 16 * 1024 * 1024,
    env: { PATH: path, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' },
  })

/** The package's own service would run beside ours, and at each boot: it is neither started nor enabled. */
const withoutService = async (
  policyFile: string,
  path: string,
  install: () => Promise<unknown>,
): Promise<void> => {
  const isOurs = !existsSync(policyFile)
  if (isOurs) writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    await install()
  } finally {
    if (isOurs) rmSync(policyFile, { force: true })
  }
  if (existsSync('/run/systemd/system')) {
    await run('systemctl', ['disable', '--now', 'redis-server'], { env: { PATH: path } }).catch(() => {})
  }
}

/**
 * Finds a Redis server on PATH; where there is none and apt is usable, says so and installs it.
 * @throws StartProblem with the one line to run
 */
export const findRedisProgram = async (options: RedisProgramOptions): Promise<string> => {
  const { path, say, isRoot, policyFile = POLICY_FILE } = options
  const found = findProgram(PROGRAMS, path)
  if (found) return found
  const advice = `run: ${isRoot ? '' : 'sudo sh -c "'}${INSTALL}${isRoot ? '' : '"'}  (or set REDIS_URL)`
  if (!isRoot || !findProgram(['apt-get'], path)) {
    throw new StartProblem(
      `Redis is needed, and neither redis-server nor valkey-server is on PATH; ${advice}`,
    )
  }
  say('redis      not on this machine: installing redis-server with apt (once, up to a minute) ...')
  try {
    await apt(['update', '-qq'], path)
    await withoutService(policyFile, path, () =>
      apt(['install', '-y', '-qq', '--no-install-recommends', 'redis-server'], path),
    )
  } catch (error) {
    throw new StartProblem(`Redis could not be installed (${messageOf(error).slice(0, 200)}); ${advice}`)
  }
  const installed = findProgram(PROGRAMS, path)
  if (installed) return installed
  throw new StartProblem(`apt installed redis-server, but it is not on PATH; ${advice}`)
}
