import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { mustHave } from './tools.ts'

const promtool = (...args: string[]): string =>
  execFileSync(mustHave('promtool'), args, { encoding: 'utf8', stdio: 'pipe' })

it('takes the configuration', () => {
  // the syntax alone: the files of secrets are in the container
  expect(promtool('check', 'config', '--syntax-only', 'monitoring/prometheus.yml')).toMatch(/SUCCESS/)
})

it('takes the rules', () => {
  expect(promtool('check', 'rules', 'monitoring/rules.yml')).toMatch(/SUCCESS: \d\d rules found/)
})

it('sees alerts go off when they must, and only then', () => {
  expect(promtool('test', 'rules', 'monitoring/rules.test.yml')).toMatch(/SUCCESS/)
})
