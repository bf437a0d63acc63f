import { describe, expect, test } from 'vitest'
import { ConfigError, describeConfig, loadConfig, type Need } from './config.ts'
import type { SecretName } from './secrets.ts'

const KEY = 'a-key-of-more-than-thirty-two-characters'
const MASTER_KEY = Buffer.alloc(32, 7).toString('base64')
const GOOD: Record<SecretName, string> = {
  'database-url': 'postgres://app:db-password@db/kopeika',
  'redis-url': 'redis://:redis-password@redis:6379',
  's3-access-key': 'access',
  's3-secret-key': 's3-secret',
  'telegram-bot-token': '123456789:AAbbCCddEEffGGhhIIjjKKll',
  'telegram-webhook-secret': 'webhook-secret-0123456789',
  'api-clients': JSON.stringify({ clients: [{ id: 'studio', scopes: [], keys: [KEY] }] }),
  'metrics-token': 'metrics-token-0123456789',
  'master-keys': JSON.stringify({ current: 'k1', keys: { k1: MASTER_KEY } }),
  'signing-key': 'a-signing-key-of-more-than-32-characters',
  'payment-providers': JSON.stringify({
    telegram: { token: '123456:TEST:provider-token' },
    yookassa: { shopId: '506751', secretKey: 'live_yookassa-secret-key' },
  }),
  'transcribe-key': 'key-of-the-recogniser',
  'backup-database-url': 'postgres://backup:backup-password@db/kopeika',
  'backup-recipients': 'age1-some-key',
  'backup-signing-key': 'backup-signing-secret',
  'backup-s3-access-key': 'backup-access',
  'backup-s3-secret-key': 'backup-s3-secret',
  'backup-identity': 'AGE-SECRET-KEY-1-of-the-operator',
  'scratch-database-url': 'postgres://scratch:scratch-password@db/postgres',
}
const EVERY: Need[] = [
  'database',
  'redis',
  'storage',
  'telegram',
  'webhook',
  'envelope',
  'signing',
  'providers',
]

const load = (
  needs: Need[],
  env: Record<string, string> = {},
  secrets: Partial<Record<SecretName, string>> = {},
) => loadConfig('toy', needs, env, (name) => ({ ...GOOD, ...secrets })[name])

const problemsOf = (work: () => unknown): string[] => {
  try {
    work()
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('operators', () => {
  test.each([
    ['none', {}, []],
    ['one', { OPERATOR_TELEGRAM_IDS: '42' }, [42]],
    ['some, each once', { OPERATOR_TELEGRAM_IDS: '42, 7000000000,42' }, [42, 7_000_000_000]],
  ])('%s', (_, env, operators) => {
    expect(load([], env).operators).toEqual(operators)
  })

  test.each(['@anna', '1;2', '-5', '0', '1,,2'])('"%s" is no list of ids', (ids) => {
    expect(problemsOf(() => load([], { OPERATOR_TELEGRAM_IDS: ids }))).toEqual([
      expect.stringMatching(/^OPERATOR_TELEGRAM_IDS: must be Telegram ids/),
    ])
  })
})

describe('pictures decoded at once', () => {
  test.each([
    ['as many as there are cores', {}, undefined],
    ['so many', { IMAGE_CONCURRENCY: '3' }, 3],
  ])('%s', (_, env, concurrency) => {
    expect(load([], env).imageConcurrency).toBe(concurrency)
  })

  test.each(['0', '65', 'two'])('not "%s"', (text) => {
    expect(problemsOf(() => load([], { IMAGE_CONCURRENCY: text }))).toEqual([
      expect.stringMatching(/^IMAGE_CONCURRENCY: /),
    ])
  })
})

describe('loadConfig', () => {
  test('a complete configuration, with its defaults', () => {
    const config = load(EVERY, { S3_ENDPOINT: 'http://s3:9000/' })
    expect(config).toMatchObject({
      functionName: 'toy',
      logLevel: 'info',
      gatewayUrl: 'http://gateway:8080',
      rateLimits: true,
      allowCronWakeup: false,
      deadlineMs: 8_000,
      databaseUrl: GOOD['database-url'],
      storage: { endpoint: 'http://s3:9000', publicEndpoint: 'http://s3:9000', region: 'us-east-1' },
      telegram: { apiRoot: 'https://api.telegram.org' },
    })
    expect(config.clients.ids()).toEqual(['studio'])
    expect(config.masterKeys?.current).toBe('k1')
    expect(Object.isFrozen(config)).toBe(true)
  })

  test('card providers come from a secret, their addresses from the environment', () => {
    expect(load(['providers']).providers).toEqual({
      telegram: { token: '123456:TEST:provider-token', currency: 'RUB' },
      yookassa: {
        shopId: '506751',
        secretKey: 'live_yookassa-secret-key',
        test: false,
        apiRoot: 'https://api.yookassa.ru',
        returnUrl: 'https://t.me/',
        networks: expect.arrayContaining(['185.71.76.0/27', '77.75.156.11']),
      },
    })
    const secret = JSON.stringify({
      telegram: { token: '123456:TEST:provider-token', currency: 'KZT' },
      yookassa: { shopId: '1', secretKey: 'test_yookassa-secret-key', test: true },
    })
    const env = {
      YOOKASSA_API_ROOT: 'http://127.0.0.1:9/',
      YOOKASSA_RETURN_URL: 'https://t.me/kopeika_bot?start=paid',
      YOOKASSA_NETWORKS: '127.0.0.0/8, ::1/128',
    }
    expect(load(['providers'], env, { 'payment-providers': secret }).providers).toMatchObject({
      telegram: { currency: 'KZT' },
      yookassa: {
        test: true,
        apiRoot: 'http://127.0.0.1:9',
        returnUrl: 'https://t.me/kopeika_bot?start=paid',
        networks: ['127.0.0.0/8', '::1/128'],
      },
    })
    expect(load(['providers'], {}, { 'payment-providers': '{}' }).providers).toEqual({})
    expect(load([]).providers).toBeUndefined()
  })

  test.each([
    ['no JSON', '{', {}, 'is not JSON'],
    ['an unknown provider', '{"paypal":{}}', {}, 'paypal'],
    ['an unknown key', '{"yookassa":{"shopId":"1","secretKey":"12345678","shop":1}}', {}, 'shop'],
    ['a shop of letters', '{"yookassa":{"shopId":"shop","secretKey":"12345678"}}', {}, 'yookassa.shopId'],
    [
      'Stars by a provider token',
      '{"telegram":{"token":"1234567890","currency":"XTR"}}',
      {},
      'telegram.currency',
    ],
    ['a small currency', '{"telegram":{"token":"1234567890","currency":"rub"}}', {}, 'telegram.currency'],
    [
      'networks that are none',
      '{"yookassa":{"shopId":"1","secretKey":"12345678"}}',
      { YOOKASSA_NETWORKS: '10.0.0.0/8,office' },
      'YOOKASSA_NETWORKS: office is no network',
    ],
    [
      'an address that is none',
      '{"yookassa":{"shopId":"1","secretKey":"12345678"}}',
      { YOOKASSA_API_ROOT: 'api.yookassa.ru' },
      'YOOKASSA_API_ROOT',
    ],
  ])('refuses card providers with %s', (_name, secret, env, part) => {
    const problems = problemsOf(() => load(['providers'], env, { 'payment-providers': secret }))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(part)
    expect(problems[0]).not.toContain('12345678')
  })

  test('what is not needed is neither asked for nor handed out', () => {
    const config = loadConfig('toy', [], {}, (name) =>
      name === 'api-clients' || name === 'metrics-token' ? GOOD[name] : undefined,
    )
    expect(config.databaseUrl).toBeUndefined()
    expect(config.storage).toBeUndefined()
    expect(load([]).signingKey).toBeUndefined()
  })

  test('switches and addresses come from the environment', () => {
    const config = load([], {
      RATE_LIMITS: 'off',
      ALLOW_CRON_WAKEUP: 'true',
      DEADLINE_MS: '250',
      GATEWAY_URL: 'http://127.0.0.1:8080/',
      LOG_LEVEL: 'error',
      TARIFF_FILE: '/etc/tariff.yml',
    })
    expect(config).toMatchObject({
      rateLimits: false,
      allowCronWakeup: true,
      deadlineMs: 250,
      gatewayUrl: 'http://127.0.0.1:8080',
      logLevel: 'error',
      tariffFile: '/etc/tariff.yml',
    })
  })

  test('names everything that is wrong at once', () => {
    const problems = problemsOf(() =>
      load(
        EVERY,
        { LOG_LEVEL: 'loud', RATE_LIMITS: 'maybe', DEADLINE_MS: 'soon', GATEWAY_URL: 'gateway:8080' },
        {
          'database-url': 'mysql://db',
          'redis-url': 'http://redis',
          'telegram-bot-token': 'no-token',
          'telegram-webhook-secret': 'short',
          'api-clients': '{"clients":[]}',
          'metrics-token': '',
          'master-keys': 'nonsense',
          'signing-key': 'short',
          's3-access-key': '',
        },
      ),
    )
    for (const part of [
      'LOG_LEVEL',
      'RATE_LIMITS',
      'DEADLINE_MS',
      'GATEWAY_URL',
      'S3_ENDPOINT is not set',
      'secret database-url',
      'secret redis-url',
      'secret telegram-bot-token',
      'secret telegram-webhook-secret',
      'secret api-clients',
      'secret metrics-token is not set',
      'secret master-keys',
      'secret signing-key',
      'secret s3-access-key is not set',
    ]) {
      expect(
        problems.some((problem) => problem.includes(part)),
        part,
      ).toBe(true)
    }
  })

  test('one problem alone is enough to refuse the start', () => {
    expect(problemsOf(() => load([], { ALLOW_CRON_WAKEUP: 'yes' }))).toHaveLength(1)
    expect(problemsOf(() => load([], { LOG_LEVEL: 'loud' }))).toHaveLength(1)
    expect(problemsOf(() => load([], { DEADLINE_MS: '99' }))).toHaveLength(1)
    expect(problemsOf(() => load(['signing'], {}, { 'signing-key': '' }))).toHaveLength(1)
    expect(
      problemsOf(() => load(['storage'], { S3_ENDPOINT: 'http://s3', S3_BUCKET_AVATARS: 'A!' })),
    ).toHaveLength(1)
  })

  test('the message holds each problem and no secret', () => {
    const secrets = {
      'telegram-bot-token': 'secret-in-the-wrong-place',
      'api-clients': JSON.stringify({ clients: [{ id: 'studio', scopes: [], keys: ['short-key'] }] }),
    }
    expect(() => load(EVERY, {}, secrets)).toThrow(/toy has 3 problem\(s\)|toy has 4 problem\(s\)/)
    try {
      load(EVERY, {}, secrets)
    } catch (error) {
      expect(String(error)).not.toMatch(/secret-in-the-wrong-place|short-key/)
    }
  })

  test('a secret that cannot be read is one of the problems', () => {
    const problems = problemsOf(() =>
      loadConfig('toy', ['signing'], { RATE_LIMITS: 'x' }, (name) => {
        if (name === 'signing-key') throw new Error('The secret signing-key is there but cannot be read.')
        return GOOD[name]
      }),
    )
    expect(problems).toHaveLength(2)
    expect(problems.join()).toContain('signing-key is there but cannot be read')
  })
})

test('describeConfig shows addresses and names, no secret', () => {
  const line = JSON.stringify(describeConfig(load(EVERY, { S3_ENDPOINT: 'http://s3:9000' })))
  expect(line).toContain('http://s3:9000')
  expect(line).toContain('studio')
  for (const secret of [
    ...Object.values(GOOD),
    KEY,
    MASTER_KEY,
    'db-password',
    'redis-password',
    'yookassa-secret',
    'provider-token',
  ]) {
    if (secret !== 'access') expect(line).not.toContain(secret)
  }
})
