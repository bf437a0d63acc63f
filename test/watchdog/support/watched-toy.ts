import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { processEnv } from '#shared/platform/env.ts'
import { keepRunning } from '../../../local/keep-running.ts'
import { findWatchdog, launchWatched, type Watched } from '../../../local/watchdog.ts'
import { REPOSITORY } from '../../e2e/support/starter.ts'

/** Short, so that what waits for them is tested in seconds; in the proportions of stack.yml. */
const TIMES = {
  exec_timeout: '2s',
  read_timeout: '4s',
  write_timeout: '4s',
  healthcheck_interval: '1s',
}

export type WatchedToy = {
  /** The watchdog that runs now, and its address. */
  current: () => Watched
  url: (path?: string) => string
  /** Resolves when another one has come in the place of `old`. */
  restarted: (old: Watched) => Promise<Watched>
  log: () => string
}

const scratch = mkdtempSync(join(tmpdir(), 'kopeika-watchdog-'))
const stops: (() => Promise<void>)[] = []
afterAll(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
  rmSync(scratch, { recursive: true, force: true })
}, 60_000)

let count = 0

/** Starts the misbehaving function behind the real of-watchdog, and starts it again when it ends, as every platform does. */
export const startToy = async (environment: Record<string, string> = {}): Promise<WatchedToy> => {
  const env = processEnv()
  count += 1
  const name = `toy-${count}`
  const logFile = join(scratch, `${name}.log`)
  const watchdog = {
    program: findWatchdog(env),
    scratch: join(scratch, 'locks'),
    environments: { [name]: { ...TIMES, ...environment } },
  }
  const script = ['templates/node24-ts/index.ts', '--entry', 'test/watchdog/support/toy.testing.ts']
  let current: Watched | undefined
  const looks = new Set<() => void>()
  const kept = await keepRunning<Watched>({
    name,
    signal: new AbortController().signal,
    say: () => undefined,
    start: () =>
      launchWatched({ name, script, cwd: REPOSITORY, env: { PATH: env.PATH ?? '' }, logFile }, watchdog),
    onUp: (running) => {
      current = running
      for (const look of looks) look()
    },
  })
  stops.push(kept.stop)
  return {
    current: () => current ?? kept.first,
    url: (path = '/ok') => `http://127.0.0.1:${(current ?? kept.first).port}${path}`,
    restarted: (old) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (current && current !== old) resolve(current)
        }
        looks.add(look)
        look()
      }),
    log: () => readFileSync(logFile, 'utf8'),
  }
}
