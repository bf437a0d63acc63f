import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { handler as charge } from '../../functions/charge/handler.ts'
import { handler as paymentWebhook } from '../../functions/payment-webhook/handler.ts'
import { handler as register } from '../../functions/register/handler.ts'
import { handler as topUp } from '../../functions/top-up/handler.ts'
import { systemClock } from '../../local/telegram/clock.ts'
import { startYookassaSimulator, type YookassaSimulator } from '../../local/yookassa/server.ts'
import { type House, openHouse } from '../support/house.ts'
import { checkInvariants } from './invariants.ts'
import { type Operation, operationsOf } from './operations.ts'
import { createLauncher, type FunctionProcess, type Launcher } from './support/function-process.ts'
import { startHttpProxy } from './support/http-proxy.ts'
import { sizes } from './support/sizes.ts'
import { createSteps, type Moment } from './support/steps.ts'
import { tally } from './support/tally.ts'
import { startWireProxy, throughProxy } from './support/wire-proxy.ts'

/** In `npm test` these alone, and not every point of them. */
const SAMPLE = ['a charge', 'a payment']
const SAMPLE_STRIDE = 4
const SETTLE_MS = 10_000

/** The shop at the simulated YooKassa. */
const SHOP = { shopId: '100500', secretKey: 'test_key_of_the_simulated_shop' }

const steps = createSteps()
let house: House
let shop: YookassaSimulator
let launcher: Launcher
const closers: (() => Promise<void>)[] = []

beforeAll(async () => {
  shop = await startYookassaSimulator({ shopId: SHOP.shopId, secretKey: SHOP.secretKey })
  closers.push(shop.close)
  // its calls are steps too
  const yookassa = await startHttpProxy(shop.apiRoot, steps, (path) => path.startsWith('/v3/'))
  closers.push(yookassa.close)
  house = await openHouse({
    functions: [register, topUp, charge, paymentWebhook],
    config: {
      providers: {
        telegram: undefined,
        yookassa: {
          ...SHOP,
          test: true,
          apiRoot: yookassa.url,
          returnUrl: 'https://t.me/',
          networks: ['127.0.0.0/8', '::1/128'],
        },
      },
    },
  })
  // reconcile looks at nothing younger than a minute
  house.sim.state.clock = { ...systemClock, now: () => Date.now() - 180_000 }
  const { config } = house.resourcesOf('top-up')
  const database = await startWireProxy(config.databaseUrl ?? '', steps)
  const telegram = await startHttpProxy(house.sim.apiRoot, steps, (path) => path.includes('/bot'))
  closers.push(database.close, telegram.close)
  launcher = createLauncher({
    ...config,
    databaseUrl: throughProxy(config.databaseUrl ?? '', database),
    telegram: { token: house.sim.token, apiRoot: telegram.url },
    webhookSecret: house.webhook.secret,
  })
})
afterAll(async () => {
  await launcher.close()
  for (const close of closers) await close()
  await house.close()
})

/** Delivers again until it is taken, as every caller does: 503 and 409 in_progress ask for it. */
const deliverUntilTaken = async (
  call: (url: string) => Promise<Response>,
  url: string,
): Promise<Response> => {
  const deadline = performance.now() + SETTLE_MS
  for (;;) {
    const response = await call(url)
    const isTaken = response.status !== 503 && response.status !== 409
    if (isTaken || performance.now() > deadline) return response
    await response.arrayBuffer()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/**
 * Kills the function at every point of the operation in turn; gives how many points there were. What the world looks like after a step is what
 * it looks like before the next one: so one round breaks off after each step, and only further rounds before each of them.
 */
const killAtEachPoint = async (operation: Operation, moment: Moment, stride: number): Promise<number> => {
  let victim: Promise<FunctionProcess> = launcher.start(operation.functionName)
  let spare: Promise<FunctionProcess> = launcher.start(operation.functionName)
  let points = 0

  /** False when the operation ended before it came to that point. */
  const killAt = async (number: number, moment: Moment): Promise<boolean> => {
    const { deliver, recover, check } = await operation.prepare()
    const running = await victim
    steps.arm(number, moment, running.kill)
    const first = await deliver(running.url).catch(() => undefined)
    if (steps.isArmed()) {
      steps.disarm()
      if (!first) throw new Error(`${operation.name} was cut, but not by us: ${running.output()}`)
      expect(first.status, await first.clone().text()).toBeLessThan(300)
      await check(first)
      return false
    }
    points += 1
    await running.gone
    const where = `${operation.name}, killed at step ${number} (${moment})`
    victim = spare
    spare = launcher.start(operation.functionName)
    await recover?.()
    const second = await deliverUntilTaken(deliver, (await victim).url)
    expect(second.status, `${where}: ${await second.clone().text()}`).toBeLessThan(300)
    await check(second)
    expect(await checkInvariants(house.ownerSql, { noticesAreKept: true }), where).toEqual([])
    return true
  }

  await killAt(1, 'before')
  let number = 1
  while (await killAt(number, moment)) number += stride
  for (const running of await Promise.all([victim, spare])) {
    running.kill()
    await running.gone
  }
  return points
}

describe('the process is killed at each point, started again, and called again', () => {
  const isSample = sizes.crashRounds === 0
  const operations = operationsOf(
    () => house,
    () => shop,
  ).filter(({ name }) => !isSample || SAMPLE.includes(name))
  test.each(operations)('$name: the effect is there once', { timeout: 600_000 }, async (operation) => {
    let points = 0
    for (let round = 0; round < Math.max(1, sizes.crashRounds); round += 1) {
      points += await killAtEachPoint(
        operation,
        round % 2 === 0 ? 'after' : 'before',
        isSample ? SAMPLE_STRIDE : 1,
      )
    }
    expect(points).toBeGreaterThan(1)
    tally('crash points', operation.name, points)
  })
})
