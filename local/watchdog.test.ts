import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeTempFolder } from './testing/toy-root.ts'
import { findWatchdog, graceOf } from './watchdog.ts'

const makeProgram = (folder: string, text: string): string => {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'fwatchdog')
  writeFileSync(file, text)
  chmodSync(file, 0o755)
  return file
}

it('finds the program where it was named, where the script builds it, and on PATH', () => {
  const [named, home, path] = [makeTempFolder(), makeTempFolder(), makeTempFolder()]
  const onPath = makeProgram(path, 'metrics_port')
  const env = { HOME: home, PATH: path }
  expect(findWatchdog(env)).toBe(onPath)
  const built = makeProgram(join(home, '.cache', 'kopeika', 'bin'), 'metrics_port')
  expect(findWatchdog(env)).toBe(built)
  const given = makeProgram(named, 'metrics_port')
  expect(findWatchdog({ ...env, OF_WATCHDOG: given })).toBe(given)
})

it('says what is missing, and what to do', () => {
  const folder = makeTempFolder()
  expect(() => findWatchdog({ HOME: folder, PATH: folder })).toThrow(
    'of-watchdog is not on this machine: scripts/install-of-watchdog.sh builds it.',
  )
  expect(() => findWatchdog({ OF_WATCHDOG: join(folder, 'nothing') })).toThrow('which cannot be read')
  const published = makeProgram(folder, 'a program that knows one port')
  expect(() => findWatchdog({ OF_WATCHDOG: published })).toThrow('wants port 8081 for its metrics')
})

it('gives a watchdog the time that it takes by its own settings', () => {
  expect(graceOf({})).toBe(28_000)
  expect(graceOf({ healthcheck_interval: '500ms', write_timeout: '1m' })).toBe(61_500)
  expect(graceOf({ healthcheck_interval: '2', write_timeout: '3s' })).toBe(6_000)
})
