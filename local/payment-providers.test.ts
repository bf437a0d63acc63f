import { describe, expect, it } from 'vitest'
import { openHome } from './home.ts'
import type { PartContext } from './parts/part.ts'
import { startYookassaPart } from './parts/yookassa.ts'
import { providersOf } from './payment-providers.ts'
import { keepSecrets } from './secrets.ts'
import { readSettings } from './settings.ts'
import { makeTempFolder } from './testing/toy-root.ts'

const REAL_BOT = { TELEGRAM_BOT_TOKEN: `123:${'a'.repeat(35)}` }
const REAL_SHOP = { YOOKASSA_SHOP_ID: '100500', YOOKASSA_SECRET_KEY: 'live_key' }

/** Starts the part as `npm start` does, and says what the functions are told. */
const providersWith = async (env: Record<string, string>) => {
  const home = openHome(makeTempFolder())
  const said: string[] = []
  const context: PartContext = {
    root: '/',
    settings: readSettings(env, '/'),
    home,
    secrets: keepSecrets(home),
    tracker: { add: () => {}, remove: () => {} },
    say: (line) => said.push(line),
    signal: new AbortController().signal,
  }
  const part = await startYookassaPart(context)
  await part.stop()
  return {
    part,
    said,
    secrets: context.secrets,
    told: providersOf(context.settings, context.secrets, part.shop),
  }
}

describe('payment providers', () => {
  it('are simulated beside the simulated Telegram', async () => {
    const { told, part, secrets, said } = await providersWith({})
    expect(told).toEqual({
      telegram: { token: secrets.providerToken, currency: 'RUB' },
      yookassa: { shopId: secrets.yookassaShopId, secretKey: secrets.yookassaSecretKey, test: true },
    })
    expect(part.control).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(said).toEqual([expect.stringMatching(/^yookassa .*\(simulator\)/)])
  })

  it('can be simulated without the test flag', async () => {
    expect((await providersWith({ YOOKASSA_TEST: 'false' })).told.yookassa?.test).toBe(false)
  })

  it('are none with a real bot, unless they are set', async () => {
    expect((await providersWith(REAL_BOT)).told).toEqual({})
    expect((await providersWith({ TELEGRAM_API_ROOT: 'http://127.0.0.1:9' })).told).toEqual({})
    const set = { ...REAL_BOT, ...REAL_SHOP, TELEGRAM_PROVIDER_TOKEN: '12345:LIVE:2' }
    const { told, part, said } = await providersWith(set)
    expect(told).toEqual({
      telegram: { token: '12345:LIVE:2', currency: 'RUB' },
      yookassa: { shopId: '100500', secretKey: 'live_key', test: false },
    })
    expect([part.control, part.shop?.apiRoot]).toEqual([undefined, 'https://api.yookassa.ru'])
    expect(said).toEqual([expect.stringMatching(/^yookassa .*\(yours\)/)])
    expect(said.join()).not.toContain('live_key')
  })

  it('may be a real shop beside the simulated Telegram', async () => {
    const { told, part } = await providersWith({ ...REAL_SHOP, YOOKASSA_TEST: 'true' })
    expect(told.yookassa).toEqual({ shopId: '100500', secretKey: 'live_key', test: true })
    expect(part.control).toBeUndefined()
  })
})
