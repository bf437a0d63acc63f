import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { lockHome, openHome } from './home.ts'
import { StartProblem } from './start-problem.ts'
import { makeTempFolder } from './testing/toy-root.ts'

it('keeps what is secret to its owner', () => {
  const home = openHome(join(makeTempFolder(), 'deep', 'home'))
  for (const folder of [home.secrets, home.keys, home.logs, home.run])
    expect(statSync(folder).mode & 0o777).toBe(0o700)
})

it.each(['/proc/kopeika', '/dev/null/kopeika'])('says in one line that %s cannot be written', (root) => {
  expect(() => openHome(root)).toThrow(StartProblem)
  expect(() => openHome(root)).toThrow(/^KOPEIKA_HOME \/\S+ cannot be written \(E\w+\): .*$/)
})

it.each(['postgres', 'redis', 's3', 'cache', 'telegram'])(
  'says so where something else stands in the place of %s',
  (name) => {
    const root = makeTempFolder()
    writeFileSync(join(root, name), '')
    expect(() => openHome(root)).toThrow(StartProblem)
    expect(() => openHome(root)).toThrow(`KOPEIKA_HOME is damaged: ${join(root, name)} must be a folder`)
  },
)

it('refuses a second starter and names the first', () => {
  const home = openHome(makeTempFolder())
  const unlock = lockHome(home)
  expect(() => lockHome(home)).toThrow(`a stack runs there already (pid ${process.pid})`)
  unlock()
  lockHome(home)()
  expect(existsSync(home.lockFile)).toBe(false)
})

it.each([
  ['a dead process', '999999999 boot:1'],
  ['another process that got the number since', `${process.ppid} boot:1`],
  ['nothing', ''],
])('takes over the lock of %s', (_whose, text) => {
  const home = openHome(makeTempFolder())
  writeFileSync(home.lockFile, text)
  lockHome(home)
  expect(readFileSync(home.lockFile, 'utf8')).toMatch(`${process.pid} `)
})
