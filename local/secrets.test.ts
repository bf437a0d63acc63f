import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { parseClients } from '#shared/platform/clients.ts'
import { SECRET_NAMES } from '#shared/platform/secrets.ts'
import { completeClients } from './clients.ts'
import { openHome } from './home.ts'
import { handBackupSecretsOver } from './parts/backup.ts'
import type { PartContext } from './parts/part.ts'
import { keepSecrets, writeRunSecrets } from './secrets.ts'
import { makeTempFolder } from './testing/toy-root.ts'

const RUN = {
  appDatabaseUrl: 'postgres://a',
  redisUrl: 'redis://b',
  s3AccessKey: 'c',
  s3SecretKey: 'd',
  telegramToken: 'e',
  speechKey: undefined,
  providers: { yookassa: { shopId: '1', secretKey: 'f', test: true } },
}

it('makes every secret that functions read, once, for its owner only', async () => {
  const home = openHome(makeTempFolder())
  const first = keepSecrets(home)
  writeRunSecrets(home, RUN)
  // a server's throw-away names and keys of the backups are handed over by a part of their own
  const context = { home, secrets: first } as unknown as PartContext
  const s3 = { endpoint: 'http://a', accessKey: 'c', secretKey: 'd' }
  await handBackupSecretsOver(context, { database: { ownerUrl: 'postgres://o:p@h/d' }, s3 })
  expect(readdirSync(home.secrets).sort()).toEqual([...SECRET_NAMES].sort())
  for (const name of readdirSync(home.secrets))
    expect(statSync(join(home.secrets, name)).mode & 0o777).toBe(0o600)
  expect(JSON.parse(readFileSync(join(home.secrets, 'payment-providers'), 'utf8'))).toEqual(RUN.providers)
  const masterKeys = readFileSync(join(home.secrets, 'master-keys'), 'utf8')
  expect(keepSecrets(home)).toEqual(first)
  expect(readFileSync(join(home.secrets, 'master-keys'), 'utf8')).toBe(masterKeys)
  const { current, keys } = z
    .object({ current: z.string(), keys: z.record(z.string(), z.string()) })
    .parse(JSON.parse(masterKeys))
  expect(Buffer.from(keys[current] ?? '', 'base64')).toHaveLength(32)
})

it.each([
  [
    'secrets',
    'master-keys',
    '{"current":"k1","keys":{"k1":"c2hvcnQ="}}',
    /damaged \(a key must be 32 bytes\)/,
  ],
  ['secrets', 'master-keys', '{"current":"k2","keys":{}}', /current key k2/],
  ['secrets', 'master-keys', 'TOP-SECRET', /damaged \(it is not JSON\)/],
  ['secrets', 'api-clients', '{"clients":[]}', /api-clients is damaged/],
  ['secrets', 'signing-key', '', /signing-key is damaged \(it is empty or too short\)/],
  ['keys', 'yookassa-shop-id', 'a:b', /no number of a shop/],
  ['keys', 'simulator-token', 'no-token-at-all', /no bot token/],
] as const)('names the damaged %s/%s and leaves it as it is', (folder, name, text, message) => {
  const home = openHome(makeTempFolder())
  const file = join(home[folder], name)
  writeFileSync(file, text)
  expect(() => keepSecrets(home)).toThrow(message)
  expect(() => keepSecrets(home)).not.toThrow(/TOP-SECRET/)
  expect(readFileSync(file, 'utf8')).toBe(text)
})

it('adds the clients and scopes that an older home lacks, and keeps the others as they are', () => {
  const own = { id: 'my-shop', scopes: ['charge:write'], keys: ['k'.repeat(40)], internal: false }
  const older = { id: 'client', scopes: ['charge:write', 'shop:read'], keys: ['old-key'.repeat(6)] }
  const clients = parseClients(completeClients(JSON.stringify({ clients: [own, older] })))
  expect([...(clients.find('my-shop')?.scopes ?? [])]).toEqual(['charge:write'])
  expect(clients.find('client')?.keys[0]?.export().toString()).toBe('old-key'.repeat(6))
  expect(clients.find('client')?.scopes).toContain('shop:read')
  expect(clients.find('client')?.scopes).toContain('admin')
  expect([...(clients.find('limited-client')?.scopes ?? [])]).toEqual(['profile:read'])
  expect(clients.find('client')?.internal).toBe(false)
  expect(clients.find('cron')?.internal).toBe(true)
  const text = completeClients(undefined)
  expect(completeClients(text)).toBe(text)
})
