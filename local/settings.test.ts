import { homedir } from 'node:os'
import { expect, it } from 'vitest'
import { readSettings } from './settings.ts'

it('starts everything itself by default', () => {
  expect(readSettings({ TELEGRAM_BOT_TOKEN: '', DATABASE_URL: ' ' }, '/somewhere')).toMatchObject({
    home: '/somewhere/.kopeika',
    gatewayPort: 8080,
    databaseUrl: undefined,
    redisUrl: undefined,
    s3: undefined,
    telegramToken: undefined,
    rateLimits: 'on',
  })
})

it('takes what is set', () => {
  const env = {
    KOPEIKA_HOME: '~/k',
    GATEWAY_PORT: '0',
    S3_ENDPOINT: 'https://s3.example/',
    S3_ACCESS_KEY: 'a',
    S3_SECRET_KEY: 'b',
    TELEGRAM_BOT_TOKEN: `123:${'a'.repeat(35)}`,
    RATE_LIMITS: 'off',
  }
  expect(readSettings(env, '/somewhere')).toMatchObject({
    home: `${homedir()}/k`,
    gatewayPort: 0,
    s3: { endpoint: 'https://s3.example', accessKey: 'a', secretKey: 'b' },
    telegramToken: env.TELEGRAM_BOT_TOKEN,
    rateLimits: 'off',
  })
})

it.each([
  [{ GATEWAY_PORT: 'http' }, /^GATEWAY_PORT is "http"/],
  [{ GATEWAY_PORT: '65536' }, /^GATEWAY_PORT/],
  [{ GATEWAY_PORT: '-1' }, /^GATEWAY_PORT/],
  [{ DATABASE_URL: 'localhost' }, /^DATABASE_URL is no address/],
  [{ DATABASE_URL: 'mysql://u:geheim@h/d' }, /^DATABASE_URL must begin with postgres:\/\//],
  [{ APP_DATABASE_URL: 'postgres://h/d' }, /needs DATABASE_URL/],
  [{ REDIS_URL: 'http://h' }, /^REDIS_URL must begin with redis:\/\//],
  [{ S3_ENDPOINT: 'http://h' }, /needs S3_ACCESS_KEY and S3_SECRET_KEY/],
  [{ TELEGRAM_BOT_TOKEN: 'geheim' }, /^TELEGRAM_BOT_TOKEN must look like/],
  [{ RATE_LIMITS: 'none' }, /^RATE_LIMITS is "none": it must be on or off/],
  [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL is "loud"/],
])('names the variable that is wrong: %j', (env, message) => {
  expect(() => readSettings(env, '/')).toThrow(message)
  expect(() => readSettings(env, '/')).not.toThrow(/geheim/)
})
