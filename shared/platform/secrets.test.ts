import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSecretReader, envNameOfSecret } from './secrets.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kopeika-secrets-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const reader = (env: Record<string, string> = {}) => createSecretReader({ SECRETS_DIR: folder, ...env })

describe('createSecretReader', () => {
  test('reads files and cuts the last line end only', () => {
    writeFileSync(join(folder, 'metrics-token'), 'line one\nline two\r\n')
    expect(reader()('metrics-token')).toBe('line one\nline two')
  })

  test('a file wins over the environment', () => {
    writeFileSync(join(folder, 'metrics-token'), 'from the file')
    expect(reader({ METRICS_TOKEN: 'from the environment' })('metrics-token')).toBe('from the file')
  })

  test('outside production a missing or empty file gives way to the environment', () => {
    writeFileSync(join(folder, 'metrics-token'), '\n')
    const read = reader({ METRICS_TOKEN: 'from env', DATABASE_URL: 'postgres://env' })
    expect(read('metrics-token')).toBe('from env')
    expect(read('database-url')).toBe('postgres://env')
    expect(read('redis-url')).toBeUndefined()
  })

  test('in production the environment is never looked at', () => {
    const read = reader({ NODE_ENV: 'production', METRICS_TOKEN: 'from env' })
    expect(read('metrics-token')).toBeUndefined()
  })

  test('a folder that is not there means no secrets', () => {
    expect(createSecretReader({ SECRETS_DIR: join(folder, 'nowhere') })('metrics-token')).toBeUndefined()
  })

  test('a file that cannot be read is a failure, not a missing secret, and shows no path', () => {
    mkdirSync(join(folder, 'metrics-token'))
    const read = reader({ METRICS_TOKEN: 'from env' })
    expect(() => read('metrics-token')).toThrow('The secret metrics-token is there but cannot be read.')
  })

  test('names in the environment', () => {
    expect(envNameOfSecret('telegram-webhook-secret')).toBe('TELEGRAM_WEBHOOK_SECRET')
  })
})
