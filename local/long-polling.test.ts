import { afterEach, expect, it } from 'vitest'
import { type RunningLongPolling, startLongPolling } from './long-polling.ts'
import { type CallTelegram, TelegramRefusal } from './telegram-api.ts'
import { serveForTest, type TestServer } from './testing/http.ts'

let server: TestServer
let polling: RunningLongPolling | undefined
const said: string[] = []

afterEach(async () => {
  await polling?.stop()
  await server.close()
  said.length = 0
})

const start = (call: CallTelegram): void => {
  polling = startLongPolling({
    call,
    allowedUpdates: ['message'],
    webhook: { url: `${server.url}/function/dispatcher`, secret: 'secret' },
    say: (line) => said.push(line),
    firstBackoffMs: 1,
  })
}

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

it('delivers in order with the secret, and moves the offset only past what was taken', async () => {
  const delivered: unknown[] = []
  const statuses = [503, 200, 500, 200]
  server = await serveForTest(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString()
    delivered.push([request.headers['x-telegram-bot-api-secret-token'], body])
    response.writeHead(statuses.shift() ?? 200, { 'retry-after': '0' })
    response.end()
  })
  const asked: unknown[] = []
  const done = Promise.withResolvers<void>()
  start(async (_method, params, signal) => {
    asked.push(params.offset)
    if (asked.length === 1) return [{ update_id: 7, message: { text: 'a' } }, { update_id: 8 }]
    done.resolve()
    return untilAborted(signal)
  })
  await done.promise
  const first = ['secret', '{"update_id":7,"message":{"text":"a"}}']
  const second = ['secret', '{"update_id":8}']
  expect(delivered).toEqual([first, first, second, second])
  expect(asked).toEqual([undefined, 9])
})

it('says once what stands in the way, and goes on', async () => {
  server = await serveForTest((_request, response) => void response.end())
  let round = 0
  const done = Promise.withResolvers<void>()
  start(async (method, _params, signal) => {
    round += 1
    if (round < 4) throw new TelegramRefusal(method, 409, 'Conflict: terminated by other getUpdates request')
    done.resolve()
    return untilAborted(signal)
  })
  await done.promise
  expect(said).toEqual([expect.stringMatching(/another program takes the updates of this bot/)])
})
