import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseClients } from '#shared/platform/clients.ts'
import { parseMasterKeys } from '#shared/platform/crypto.ts'
import { SECRET_NAMES } from '#shared/platform/secrets.ts'
import { SECRETS } from './secrets/table.ts'
import { runSecrets } from './secrets.ts'

const TOKEN = '123456789:AAabcdefghijklmnopqrstuvwxyz012345'

let folder = ''
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'kopeika-secrets-')), 'secrets')
})
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }))

const run = async (
  args: string[] = [],
  env: Record<string, string> = { TELEGRAM_BOT_TOKEN: TOKEN },
  answer?: string,
): Promise<{ code: number; said: string }> => {
  const said: string[] = []
  const code = await runSecrets({
    args: ['--folder', folder, ...args],
    env,
    isRoot: false,
    ask: answer === undefined ? undefined : async () => answer,
    print: (line) => said.push(line),
  })
  return { code, said: said.join('\n') }
}

const secret = (name: string): string => readFileSync(join(folder, name), 'utf8').trimEnd()
const all = (): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, secret(name)]))

it('knows how to make every secret that the functions may read', () => {
  const made = SECRETS.filter(({ readBy }) => readBy === 'functions').map(({ name }) => name)
  expect(made.toSorted()).toEqual([...SECRET_NAMES].toSorted())
})

it('makes them all, for their owner alone, and says what comes next without showing one', async () => {
  const { code, said } = await run()
  expect(code).toBe(0)
  expect(readdirSync(folder).toSorted()).toEqual(SECRETS.map(({ name }) => name).toSorted())
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
  expect(said).toMatch(/npm run webhook -- set/)
  for (const [name, text] of Object.entries(all())) {
    if (!['alert-chat-id', 'payment-providers', 'transcribe-key'].includes(name))
      expect(said).not.toContain(text)
  }
  expect(secret('telegram-bot-token')).toBe(TOKEN)
  expect(secret('telegram-webhook-secret')).toMatch(/^[\w-]{43}$/)
  // 32 bytes for everything that somebody might guess
  const generated = ['metrics-token', 'signing-key', 's3-secret-key', 'grafana-admin-password']
  for (const name of generated) expect(Buffer.from(secret(name), 'base64url')).toHaveLength(32)
  expect(new Set(generated.map(secret)).size).toBe(generated.length)
})

it('derives what belongs together from one text', async () => {
  await run()
  const app = new URL(secret('database-url'))
  expect(secret('pgbouncer-users')).toBe(`"kopeika_functions" "${app.password}"`)
  expect(app.searchParams.get('prepare')).toBe('false')
  expect(secret('postgres-password')).toBe(new URL(secret('database-owner-url')).password)
  expect(secret('redis-auth')).toBe(`requirepass ${new URL(secret('redis-url')).password}`)
  expect(new URL(secret('backup-database-url')).username).toBe('kopeika_backups')
  expect(secret('backup-s3-secret-key')).not.toBe(secret('s3-secret-key'))
  // the public key stands in the recovery key as a comment
  expect(secret('backup-identity')).toContain(secret('backup-recipients').trim())
  expect(Buffer.from(secret('minio-kms-key').split(':')[1] ?? '', 'base64')).toHaveLength(32)
})

it('changes nothing when it is run again, and makes what is missing', async () => {
  await run()
  const before = all()
  expect((await run([], {})).code).toBe(0)
  expect(all()).toEqual(before)
  rmSync(join(folder, 'metrics-token'))
  const { said } = await run([], {})
  expect(said).toMatch(/^made: metrics-token$/m)
  expect({ ...all(), 'metrics-token': '' }).toEqual({ ...before, 'metrics-token': '' })
})

describe('--rotate', () => {
  it('renews the one that is named and what follows it', async () => {
    await run()
    const before = all()
    const { code, said } = await run(['--rotate', 'database-url'], {})
    expect([code, said]).toEqual([0, expect.stringMatching(/^renewed: database-url, pgbouncer-users$/m)])
    expect(said).toMatch(/service migrate/)
    const changed = Object.entries(all()).filter(([name, text]) => before[name] !== text)
    expect(changed.map(([name]) => name).toSorted()).toEqual(['database-url', 'pgbouncer-users'])
  })

  it('keeps the old master key and the last key of each client valid', async () => {
    await run()
    const [masterBefore, clientsBefore] = [secret('master-keys'), secret('api-clients')]
    await run(['--rotate', 'master-keys', '--rotate', 'api-clients'], {})
    const master = parseMasterKeys(secret('master-keys'))
    expect([...master.keys.keys()]).toEqual(['k1', 'k2'])
    expect(master.current).toBe('k2')
    expect(master.keys.get('k1')).toEqual(parseMasterKeys(masterBefore).keys.get('k1'))
    const keysOf = (text: string) => JSON.parse(text).clients.map(({ keys }: { keys: string[] }) => keys)
    expect(keysOf(secret('api-clients')).map((keys: string[]) => keys.slice(1))).toEqual(
      keysOf(clientsBefore),
    )
    expect(parseClients(secret('api-clients')).find('dispatcher')?.keys).toHaveLength(2)
  })

  it.each([
    ['minio-kms-key', /every one of them is lost/],
    ['database-owner-url', /alter role/],
    ['backup-identity', /the keys that they were made with/],
    ['pgbouncer-users', /follows database-url/],
    ['no-such-secret', /there is no secret no-such-secret/],
    ['telegram-bot-token', /--bot-token/],
  ])('refuses %s in words, and changes nothing', async (name, words) => {
    await run()
    const before = all()
    expect(await run(['--rotate', name], {})).toEqual({ code: 2, said: expect.stringMatching(words) })
    expect(all()).toEqual(before)
  })
})

describe('what is asked and given', () => {
  it('asks for the token where somebody sits there', async () => {
    expect((await run([], {}, ` ${TOKEN}\n`)).code).toBe(0)
    expect(secret('telegram-bot-token')).toBe(TOKEN)
  })

  it('takes providers and addresses', async () => {
    const { code } = await run([
      '--provider-token',
      '381764678:TEST:12345',
      '--yookassa-shop-id',
      '54401',
      '--yookassa-secret-key',
      'test_secretkey',
      '--yookassa-test',
      '--redis-url',
      'redis+cluster://:word@a:6379',
      '--alert-chat-id=-1001234',
    ])
    expect(code).toBe(0)
    expect(JSON.parse(secret('payment-providers'))).toEqual({
      telegram: { token: '381764678:TEST:12345', currency: 'RUB' },
      yookassa: { shopId: '54401', secretKey: 'test_secretkey', test: true },
    })
    expect(secret('redis-url')).toBe('redis+cluster://:word@a:6379')
    expect(secret('alert-chat-id')).toBe('-1001234')
  })

  it.each<[string, string[], RegExp]>([
    ['no token', [], /--bot-token or TELEGRAM_BOT_TOKEN/],
    ['a token that is none', ['--bot-token', 'hunter2'], /secret telegram-bot-token: must look like 123456/],
    ['half of YooKassa', ['--bot-token', TOKEN, '--yookassa-shop-id', '1'], /needs both/],
    [
      'an address that is none',
      ['--bot-token', TOKEN, '--redis-url', 'http://x'],
      /secret redis-url: must start/,
    ],
    [
      'a database without a password',
      ['--bot-token', TOKEN, '--database-url', 'postgres://a@b/c'],
      /a user and a password/,
    ],
    ['a chat that is none', ['--bot-token', TOKEN, '--alert-chat-id', '@me'], /secret alert-chat-id/],
    ['an unknown flag', ['--tokem', 'x'], /--help/],
    ['an owner without root', ['--bot-token', TOKEN, '--owner', '7'], /needs root/],
  ])('refuses %s with exit code 2, and writes nothing', async (_what, args, words) => {
    const { code, said } = await run(args, {})
    expect({ code, said }).toEqual({ code: 2, said: expect.stringMatching(words) })
    expect(said).not.toContain('hunter2')
    expect(() => readdirSync(folder)).toThrow(/ENOENT/)
  })

  it('makes no new key of backups beside an old one', async () => {
    await run()
    rmSync(join(folder, 'backup-recipients'))
    expect(await run([], {})).toEqual({ code: 2, said: expect.stringMatching(/backup-identity is there/) })
    expect(() => secret('backup-recipients')).toThrow(/ENOENT/)
  })

  it('names a damaged file instead of writing over it', async () => {
    await run()
    writeFileSync(join(folder, 'master-keys'), '{"current":')
    expect(await run([], {})).toEqual({
      code: 2,
      said: expect.stringMatching(/secret master-keys: is not JSON/),
    })
    expect(secret('master-keys')).toBe('{"current":')
  })
})

it('prints the commands for OpenFaaS: the same files, and no secret that the functions do not read', async () => {
  const { said } = await run(['--faas-cli', '--gateway', 'http://127.0.0.1:31112'])
  const commands = said.split('\n').filter((line) => line.startsWith('faas-cli'))
  expect(commands).toEqual(
    SECRETS.filter(({ readBy }) => readBy === 'functions').map(
      ({ name }) =>
        `faas-cli secret create ${name} --from-file=${join(folder, name)} --gateway=http://127.0.0.1:31112`,
    ),
  )
  const again = await run(['--faas-cli', '--rotate', 'metrics-token'], {})
  expect(again.said).toMatch(/faas-cli secret update metrics-token /)
})
