import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeAll, expect, it } from 'vitest'
import { messageOf } from '../local/start-problem.ts'
import type { TelegramSimulator } from '../local/telegram/server.ts'
import { newChat, post, startTestServer, temporaryFolder } from '../local/telegram/test-server.ts'
import { runSecrets } from './secrets.ts'
import { runWebhook } from './webhook.ts'

const TOKEN = '123456789:AAabcdefghijklmnopqrstuvwxyz012345'
/** A bot on the simulator and its secrets on disc, as an operator has them. */
const openBot = async (): Promise<{
  simulator: TelegramSimulator
  run: (...args: string[]) => Promise<{ code: number; said: string }>
  env: Record<string, string>
}> => {
  const simulator = await startTestServer({ token: TOKEN })
  const folder = temporaryFolder()
  await runSecrets({
    args: ['--folder', folder, '--bot-token', TOKEN],
    env: {},
    isRoot: false,
    ask: undefined,
    print: () => undefined,
  })
  const env: Record<string, string> = { SECRETS_DIR: folder, TELEGRAM_API_ROOT: simulator.apiRoot }
  const run = async (...args: string[]) => {
    const said: string[] = []
    const code = await runWebhook(args, env, (line) => said.push(line))
    return { code, said: said.join('\n') }
  }
  return { simulator, run, env }
}

/** Takes the simulator's posts; answers with `status`. */
const openHook = async (status: number) => {
  const secrets: (string | undefined)[] = []
  const arrived = Promise.withResolvers<void>()
  const server = createServer((incoming, response) => {
    secrets.push(incoming.headers['x-telegram-bot-api-secret-token']?.toString())
    incoming.resume().once('end', () => response.writeHead(status).end(() => arrived.resolve()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://127.0.0.1:${port}/function/dispatcher`, secrets, arrived: arrived.promise, close }
}

let helped = ''
beforeAll(async () => {
  await runWebhook(['--help'], {}, (line) => {
    helped = line
  })
})

it('sets the webhook so that updates come with the secret and of the kinds that the dispatcher reads', async () => {
  const { simulator, run } = await openBot()
  const hook = await openHook(200)
  const set = await run('set', '--url', hook.url, '--max-connections', '7')
  expect(set).toEqual({ code: 0, said: `Telegram sends updates to ${hook.url} from now on.` })
  const { said } = await run('info')
  expect(said).toMatch(/^webhook +http:\/\/127\.0\.0\.1:\d+\/function\/dispatcher$/m)
  expect(said).toMatch(/^connections +7$/m)
  expect(said).toMatch(
    /^kinds +message, edited_message, callback_query, pre_checkout_query, my_chat_member$/m,
  )
  expect(said).toMatch(/^last error +none$/m)
  await post(`${await newChat(simulator)}/messages`, { text: '/start' })
  await hook.arrived
  expect(hook.secrets[0]).toMatch(/^[\w-]{43}$/)
  hook.close()
})

it('shows what waits and the last error, and says by its exit code that something is wrong', async () => {
  const { simulator, run } = await openBot()
  const hook = await openHook(500)
  await run('set', '--url', hook.url)
  await post(`${await newChat(simulator)}/messages`, { text: '/start' })
  await hook.arrived
  await expect.poll(async () => (await run('info')).code).toBe(3)
  const { said } = await run('info')
  expect(said).toMatch(/^waiting updates +1$/m)
  expect(said).toMatch(/^last error +0 min ago: .*500/m)
  hook.close()
})

it('keeps what waits at Telegram unless it is told to forget it', async () => {
  const { simulator, run } = await openBot()
  await post(`${await newChat(simulator)}/messages`, { text: '/start' })
  const waiting = async () => /^waiting updates +(\d+)$/m.exec((await run('info')).said)?.[1]
  expect((await run('info')).said).toMatch(/^webhook +none/m)
  const before = await waiting()
  expect(Number(before)).toBeGreaterThan(0)
  expect(await run('delete')).toEqual({ code: 0, said: expect.stringMatching(/^The webhook is gone/) })
  expect(await waiting()).toBe(before)
  expect((await run('delete', '--drop-pending-updates')).code).toBe(0)
  expect(await waiting()).toBe('0')
})

it.each<[string, string[], RegExp]>([
  ['nothing', [], /Say set, info or delete/],
  ['an unknown word', ['put'], /no command put/],
  ['two words', ['set', 'info'], /One command at a time/],
  ['no address', ['set'], /needs --url/],
  ['an address that is none', ['set', '--url', 'bot.example.org'], /is no address/],
  [
    'too many connections',
    ['set', '--url', 'https://b.example/x', '--max-connections', '101'],
    /from 1 to 100/,
  ],
  ['an unknown flag', ['info', '--uri', 'x'], /--help/],
])('refuses %s with exit code 2', async (_what, args, words) => {
  const { run } = await openBot()
  expect(await run(...args)).toEqual({ code: 2, said: expect.stringMatching(words) })
})

it.each([
  ['http://bot.example.org/function/dispatcher', /must begin with https/],
  ['https://bot.example.org:444/function/dispatcher', /port 444/],
])('refuses %s for the real Telegram before it is asked', async (url, words) => {
  const said: string[] = []
  const code = await runWebhook(['set', '--url', url], {}, (line) => said.push(line))
  expect([code, said.join('\n')]).toEqual([2, expect.stringMatching(words)])
})

it('says in words what is missing, refused or away, and never shows the token', async () => {
  const { env, run, simulator } = await openBot()
  const said: string[] = []
  const print = (line: string): void => void said.push(line)
  expect(await runWebhook(['info'], { ...env, SECRETS_DIR: temporaryFolder() }, print)).toBe(2)
  const wrongUrl = await run('set', '--url', 'ftp://x')
  expect(wrongUrl.code).toBe(2)
  await simulator.close()
  const away = await run('info')
  expect(away).toEqual({ code: 1, said: expect.stringMatching(/gave no answer/) })
  expect(said.join('\n')).toMatch(/no secret telegram-bot-token .*npm run secrets/)
  expect(`${said.join('\n')}${away.said}${messageOf(helped)}`).not.toContain(TOKEN)
})

it('tells how it is used', () => expect(helped).toMatch(/--drop-pending-updates/))
