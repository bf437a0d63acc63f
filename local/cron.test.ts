import { afterEach, expect, it } from 'vitest'
import { type RunningCron, startCron } from './cron.ts'
import { serveForTest, type TestServer } from './testing/http.ts'

let server: TestServer
let cron: RunningCron | undefined
const said: string[] = []

afterEach(async () => {
  cron?.stop()
  await server.close()
  said.length = 0
})

const start = (): RunningCron =>
  startCron({
    functions: [
      { name: 'notify', schedule: '* * * * *' },
      { name: 'charge', schedule: undefined },
    ],
    gatewayUrl: server.url,
    tokenFor: async (name) => `token-of-${name}`,
    say: (line) => said.push(line),
  })

it('posts to the function with a token; functions without a schedule are left alone', async () => {
  const calls: string[] = []
  server = await serveForTest((request, response) => {
    calls.push(`${request.method} ${request.url} ${request.headers.authorization}`)
    response.end('{}')
  })
  cron = start()
  await cron.trigger('notify')
  await cron.trigger('charge')
  expect(calls).toEqual(['POST /function/notify Bearer token-of-notify'])
  expect(said).toEqual([])
})

it('says that a run failed, and runs again', async () => {
  let status = 500
  server = await serveForTest((_request, response) => {
    response.writeHead(status)
    response.end('broken')
  })
  cron = start()
  await cron.trigger('notify')
  expect(said).toEqual(['cron: notify failed: it answered 500 broken'])
  status = 200
  await cron.trigger('notify')
  expect(said).toHaveLength(1)
})
