import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { readStackYml } from './stack-yml.ts'
import { makeTempFolder } from './testing/toy-root.ts'

const write = (text: string): string => {
  const file = join(makeTempFolder(), 'stack.yml')
  writeFileSync(file, text)
  return file
}

it("reads the product's own file", () => {
  const functions = readStackYml(join(import.meta.dirname, '..', 'stack.yml'))
  expect(functions).toContainEqual(expect.objectContaining({ name: 'dispatcher', schedule: undefined }))
  // of-watchdog is told the same here as in the image (npm start -- --watchdog)
  expect(functions.find(({ name }) => name === 'avatar-upload')?.environment).toMatchObject({
    healthcheck_interval: '5s',
    max_inflight: '40',
  })
  expect(functions).toContainEqual(expect.objectContaining({ name: 'notify', schedule: '* * * * *' }))
})

it('heeds a schedule only with the topic that the connector listens to', () => {
  const file = write('functions:\n  a:\n    annotations:\n      schedule: "*/5 * * * *"\n')
  expect(readStackYml(file)).toEqual([{ name: 'a', schedule: undefined, environment: {} }])
})

it.each([
  ['functions: {', /cannot be used/],
  ['provider: {}', /functions/],
  ['functions:\n  Bad_Name: {}', /names are of a-z/],
  ['functions:\n  a:\n    annotations: {topic: cron-function}', /a: the schedule must have five fields/],
  ['functions:\n  a:\n    annotations: {topic: cron-function, schedule: "0 * * * * *"}', /five fields/],
  ['functions:\n  a:\n    annotations: {topic: cron-function, schedule: "99 * * * *"}', /cannot be used/],
])('refuses %j in one line', (text, message) => {
  expect(() => readStackYml(write(text))).toThrow(message)
  expect(() => readStackYml(write(text))).not.toThrow(/\n/)
})

it('says that the file is missing', () => {
  expect(() => readStackYml('/nowhere/stack.yml')).toThrow(/\/nowhere\/stack.yml cannot be used: ENOENT/)
})

describe('each function of stack.yml gets what its code needs, and no more', () => {
  const SECRETS_OF_NEED: Record<string, string[]> = {
    database: ['database-url'],
    redis: ['redis-url'],
    storage: ['s3-access-key', 's3-secret-key'],
    telegram: ['telegram-bot-token'],
    webhook: ['telegram-webhook-secret'],
    envelope: ['master-keys'],
    signing: ['signing-key'],
    providers: ['payment-providers'],
    speech: ['transcribe-key'],
    page: [],
    backup: [
      'backup-database-url',
      'backup-recipients',
      'backup-signing-key',
      'backup-s3-access-key',
      'backup-s3-secret-key',
    ],
    recovery: ['backup-identity', 'scratch-database-url', 'backup-s3-access-key', 'backup-s3-secret-key'],
  }
  const root = join(import.meta.dirname, '..')
  const { functions } = z
    .object({
      functions: z.record(
        z.string(),
        z.object({ secrets: z.array(z.string()), environment: z.record(z.string(), z.string()) }),
      ),
    })
    .parse(parse(readFileSync(join(root, 'stack.yml'), 'utf8'), { merge: true }))

  it.each(Object.entries(functions))('%s', (name, { secrets, environment }) => {
    const code = readFileSync(join(root, 'functions', name, 'handler.ts'), 'utf8')
    const needs = [...(/needs: \[([^\]]*)\]/.exec(code)?.[1] ?? '').matchAll(/'(\w+)'/g)].map(
      ([, need = '']) => need,
    )
    const expected = [
      'api-clients',
      'metrics-token',
      ...needs.flatMap((need) => SECRETS_OF_NEED[need] ?? `?${need}`),
    ]
    expect(secrets.toSorted()).toEqual(expected.toSorted())
    expect('S3_ENDPOINT' in environment).toBe(needs.includes('storage'))
    expect('TELEGRAM_API_ROOT' in environment).toBe(needs.includes('telegram'))
  })

  // of-watchdog hands calls on for healthcheck_interval after SIGTERM; then it waits for write_timeout, and platforms kill after 30 s
  it.each(Object.entries(functions))('%s is drained by its image in time', (_name, { environment }) => {
    const dockerfile = readFileSync(join(root, 'templates/node24-ts/Dockerfile'), 'utf8')
    const lingerMs = Number(/--linger (\d+)/.exec(dockerfile)?.[1])
    const secondsOf = (key: string): number => Number(/^(\d+)s$/.exec(environment[key] ?? '')?.[1])
    const intervalMs = secondsOf('healthcheck_interval') * 1_000
    expect(lingerMs).toBeGreaterThanOrEqual(intervalMs + 500)
    expect(intervalMs + secondsOf('write_timeout') * 1_000).toBeLessThanOrEqual(28_000)
    expect(dockerfile).toContain(`healthcheck_interval=${environment.healthcheck_interval}`)
    expect(dockerfile).toContain('log_buffer_size=-1')
  })

  it.each(Object.entries(functions))('%s answers before of-watchdog gives it up', (name, { environment }) => {
    const code = readFileSync(join(root, 'functions', name, 'handler.ts'), 'utf8')
    const deadlineMs = Number(/deadlineMs: ([\d_]+)/.exec(code)?.[1]?.replaceAll('_', '') ?? 8_000)
    const seconds = (key: string): number => Number(/^(\d+)s$/.exec(environment[key] ?? '')?.[1])
    expect(deadlineMs / 1000).toBeLessThan(seconds('exec_timeout'))
    expect(seconds('exec_timeout')).toBeLessThan(seconds('write_timeout'))
    // both together below the 30 s after which a platform kills
    expect(seconds('healthcheck_interval') + seconds('write_timeout')).toBeLessThanOrEqual(28)
  })
})
