import { randomInt } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { processEnv } from '#shared/platform/env.ts'
import { type Bundle, bundleFunctions } from '../../local/bundles.ts'
import { messageFrom } from '../support/chat.ts'
import { type Content, type Ground, openGround } from './support/ground.ts'
import { type Launched, launch, removeLogs, stop } from './support/launch.ts'
import { NAMES, ROOT } from './support/stack.ts'

/** Each is started as often, and the shortest time counts: the others hold what else the machine did. */
const STARTS = 2
const NATIVE_CODE = new Set(['avatar-upload', 'restore-check'])

let ground: Ground
let bundles: Map<string, Bundle>
const running = new Map<string, Launched>()

beforeAll(async () => {
  ground = await openGround()
  bundles = new Map((await bundleFunctions(ROOT, processEnv())).map((one) => [one.name, one]))
})
afterAll(async () => {
  await Promise.all([...running.values()].map(stop))
  await ground.close()
  removeLogs()
})

const bundleOf = (name: string): Bundle => {
  const found = bundles.get(name)
  if (!found) throw new Error(`There is no bundle of ${name}.`)
  return found
}

const start = async (name: string): Promise<Launched> => {
  const started = await launch(name, bundleOf(name).folder, ['index.mjs'], ground.envOf(name))
  running.set(name, started)
  ground.gateway.setPort(name, started.port)
  return started
}

it('makes one file of each function, and packages beside it only for native code', () => {
  expect([...bundles.keys()].toSorted()).toEqual(NAMES.toSorted())
  for (const { name, folder, bytes } of bundles.values()) {
    expect(bytes).toBeGreaterThan(100_000)
    const expected = ['function', 'index.mjs', 'index.mjs.LEGAL.txt']
    expect([name, readdirSync(folder).toSorted()]).toEqual([
      name,
      NATIVE_CODE.has(name) ? [...expected, 'node_modules'] : expected,
    ])
    expect(readdirSync(join(folder, 'function'))).toContain('tariff.yml')
    expect(
      readdirSync(join(folder, 'function'), { recursive: true }).filter((path) => `${path}`.endsWith('.ts')),
    ).toEqual([])
  }
  expect(readdirSync(join(bundleOf('avatar-upload').folder, 'node_modules')).toSorted()).toEqual([
    '@img',
    'detect-libc',
    'semver',
    'sharp',
  ])
})

describe('started from its folder, with its secrets as files', () => {
  const telegramId = randomInt(2 ** 40)
  const json = (body: unknown): Content => ({ body: JSON.stringify(body), type: 'application/json' })
  const charge = json({ telegramId, coins: 1, description: 'a call of the tests' })
  const transcript = json({ telegramId, text: 'A text of the tests.', format: 'text' })
  const picture = async (): Promise<Content> => ({
    body: Buffer.from(
      await sharp({ create: { width: 64, height: 64, channels: 3, background: 'teal' } })
        .png()
        .toBuffer(),
    ),
    type: 'image/png',
  })

  /** A real call of each function, and its answer; in this order, since the others need a person. */
  const CALLS: Record<
    string,
    [status: number, method: string, path: string, content?: () => Promise<Content>]
  > = {
    register: [201, 'POST', '/', async () => json({ telegramId, firstName: 'Test' })],
    profile: [200, 'GET', `/?telegramId=${telegramId}`],
    charge: [200, 'POST', '/', async () => charge],
    'top-up': [200, 'GET', '/packs'],
    'avatar-upload': [201, 'POST', `/?telegramId=${telegramId}`, picture],
    'transcript-save': [201, 'POST', '/', async () => transcript],
    notify: [200, 'POST', '/'],
    reconcile: [200, 'POST', '/'],
    backup: [200, 'POST', '/'],
    // of the backup that was just made
    'restore-check': [200, 'POST', '/'],
    // YooKassa is not set up here
    // its page, built by the bundle
    cabinet: [200, 'GET', '/'],
    'payment-webhook': [404, 'POST', '/yookassa', async () => json({})],
  }
  const inOrder = [...Object.keys(CALLS), ...NAMES.filter((name) => !(name in CALLS))]

  beforeAll(async () => {
    for (const name of NAMES) await start(name)
  })

  it.each(inOrder)('%s is ready and does its work', async (name) => {
    expect((await ground.call(name, 'GET', '/ready')).status).toBe(200)
    const [status, method, path, content] = CALLS[name] ?? [404, 'GET', '/no-such-route']
    const answer = await ground.call(name, method, path, await content?.())
    expect({ status: answer.status, body: await answer.text() }).toEqual({ status, body: expect.any(String) })
  })

  it('dispatcher answers a person, through the other functions', async () => {
    const update = messageFrom(randomInt(2 ** 40), { text: '/start' })
    const response = await fetch(`${ground.gateway.url}/function/dispatcher`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-telegram-bot-api-secret-token': ground.webhookSecret,
      },
      body: JSON.stringify(update),
    })
    expect({ status: response.status, body: await response.text() }).toEqual({ status: 200, body: '' })
  })

  it('says what it costs: size, and time until it listens beside the same code as it stands in the repository', async () => {
    const once = async (starting: Promise<Launched>): Promise<number> => {
      const launched = await starting
      await stop(launched)
      return launched.coldStartMs
    }
    const lines: string[] = []
    const total = { bundled: 0, asIs: 0 }
    for (const { name, folder, bytes } of bundles.values()) {
      const env = ground.envOf(name)
      const native = ['templates/node24-ts/index.ts', '--entry', `functions/${name}/handler.ts`]
      const times: { bundled: number; asIs: number }[] = []
      // in turns, so that whatever else the machine does meets both
      for (let count = 0; count < STARTS; count += 1) {
        times.push({
          bundled: await once(launch(name, folder, ['index.mjs'], env)),
          asIs: await once(
            launch(name, ROOT, native, {
              ...env,
              TARIFF_FILE: './tariff.yml',
              MIGRATIONS_DIR: './migrations',
              PAGE_DIR: join(folder, 'function/page'),
            }),
          ),
        })
      }
      const bundled = Math.min(...times.map((time) => time.bundled))
      const asIs = Math.min(...times.map((time) => time.asIs))
      lines.push(
        `${name.padEnd(16)} ${(bytes / 1e6).toFixed(2)} MB  bundled ${bundled.toFixed(0).padStart(4)} ms  TypeScript ${asIs.toFixed(0).padStart(5)} ms`,
      )
      total.bundled += bundled
      total.asIs += asIs
    }
    console.log(lines.join('\n'))
    expect(total.bundled).toBeLessThan(total.asIs)
  }, 400_000)
})
