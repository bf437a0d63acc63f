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
    providerToken: undefined,
    yookassa: undefined,
    yookassaTest: undefined,
    operatorTelegramIds: undefined,
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
    TELEGRAM_PROVIDER_TOKEN: '381764678:TEST:100037',
    YOOKASSA_API_ROOT: 'http://127.0.0.1:9/',
    YOOKASSA_SHOP_ID: '100500',
    YOOKASSA_SECRET_KEY: 'test_key',
    YOOKASSA_TEST: 'true',
    TRANSCRIBE_URL: 'http://127.0.0.1:10/',
    TRANSCRIBE_KEY: 'sk-1',
    TRANSCRIBE_MODEL: 'large',
    YOOKASSA_RETURN_URL: 'https://t.me/some_bot',
    OPERATOR_TELEGRAM_IDS: '1,2',
    RATE_LIMITS: 'off',
  }
  expect(readSettings(env, '/somewhere')).toMatchObject({
    home: `${homedir()}/k`,
    gatewayPort: 0,
    s3: { endpoint: 'https://s3.example', accessKey: 'a', secretKey: 'b' },
    telegramToken: env.TELEGRAM_BOT_TOKEN,
    providerToken: env.TELEGRAM_PROVIDER_TOKEN,
    yookassa: { apiRoot: 'http://127.0.0.1:9', shopId: '100500', secretKey: 'test_key' },
    yookassaTest: true,
    yookassaReturnUrl: 'https://t.me/some_bot',
    operatorTelegramIds: '1,2',
    rateLimits: 'off',
    speech: { url: 'http://127.0.0.1:10', key: 'sk-1', model: 'large' },
  })
})

it('takes the real YooKassa where only a shop and its key are set', () => {
  const env = { YOOKASSA_SHOP_ID: '100500', YOOKASSA_SECRET_KEY: 'live_key' }
  expect(readSettings(env, '/').yookassa?.apiRoot).toBe('https://api.yookassa.ru')
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
  [{ TELEGRAM_PROVIDER_TOKEN: 'geheim' }, /^TELEGRAM_PROVIDER_TOKEN must look like/],
  [{ YOOKASSA_API_ROOT: 'http://h' }, /^YOOKASSA_SHOP_ID is missing/],
  [{ YOOKASSA_SECRET_KEY: 'geheim' }, /^YOOKASSA_SHOP_ID is missing/],
  [{ YOOKASSA_SHOP_ID: '100500' }, /^YOOKASSA_SECRET_KEY is missing/],
  [{ YOOKASSA_SHOP_ID: 'a:b', YOOKASSA_SECRET_KEY: 'geheimes' }, /^YOOKASSA_SHOP_ID must be the number/],
  [{ YOOKASSA_SHOP_ID: '1', YOOKASSA_SECRET_KEY: 'geheim' }, /^YOOKASSA_SECRET_KEY must be 8 to 256/],
  [{ YOOKASSA_TEST: 'yes' }, /^YOOKASSA_TEST is "yes": it must be true or false/],
  [{ YOOKASSA_RETURN_URL: 't.me' }, /^YOOKASSA_RETURN_URL is no address/],
  [{ TRANSCRIBE_URL: 'whisper' }, /^TRANSCRIBE_URL is no address/],
  [{ TRANSCRIBE_URL: 'http://h', TRANSCRIBE_KEY: 'geheim geheim' }, /^TRANSCRIBE_KEY must be/],
  [{ TRANSCRIBE_URL: 'http://h', TRANSCRIBE_MODEL: 'a b' }, /^TRANSCRIBE_MODEL must be/],
  [{ RATE_LIMITS: 'none' }, /^RATE_LIMITS is "none": it must be on or off/],
  [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL is "loud"/],
])('names the variable that is wrong: %j', (env, message) => {
  expect(() => readSettings(env, '/')).toThrow(message)
  expect(() => readSettings(env, '/')).not.toThrow(/geheim/)
})
