import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { completeClients } from '../../local/clients.ts'
import { serveForTest, type TestServer } from '../../local/testing/http.ts'
import { serveWakeUps } from '../../scripts/compose/wake-ups.ts'
import { startScheduler } from '../../scripts/cron.ts'
import { readStack } from './compose.ts'

let folder = ''
let server: TestServer | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kopeika-cron-'))
})
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true })
  await server?.close()
})

it('calls each function with a schedule through the gateway, with a token', async () => {
  writeFileSync(join(folder, 'api-clients'), completeClients(undefined))
  const calls: string[] = []
  server = await serveForTest((request, response) => {
    calls.push(`${request.method} ${request.url} ${request.headers.authorization?.slice(0, 9)}`)
    response.end('{}')
  })
  const said: string[] = []
  const env = { GATEWAY_URL: `http://127.0.0.1:${server.port}`, SECRETS_DIR: folder, NODE_ENV: 'production' }
  const cron = startScheduler(env, (line) => said.push(line))
  const scheduled = Object.entries(readStack().functions).filter(
    ([, { annotations }]) => (annotations as Record<string, string> | undefined)?.topic === 'cron-function',
  )
  expect(said).toHaveLength(scheduled.length)
  await cron.trigger('notify')
  cron.stop()
  expect(calls).toEqual(['POST /function/notify Bearer ey'])
})

it('says what is missing instead of starting', () => {
  const start = (env: Record<string, string>) => () => startScheduler(env, () => {})
  expect(start({ SECRETS_DIR: folder })).toThrow('GATEWAY_URL is not set.')
  expect(start({ SECRETS_DIR: folder, GATEWAY_URL: 'http://caddy:8000' })).toThrow(/holds no client cron/)
})

it('answers a wake-up at once, goes on with the call when its caller has gone, and ends when all are done', async () => {
  const { promise: called, resolve } = Promise.withResolvers<ServerResponse>()
  const calls: string[] = []
  server = await serveForTest((request, response) => {
    calls.push(`${request.method} ${request.url} ${request.headers.authorization}`)
    resolve(response)
  })
  const said: string[] = []
  const wakeUps = await serveWakeUps({
    gatewayUrl: server.url,
    port: 0,
    host: '127.0.0.1',
    say: (line) => said.push(line),
    limit: 1,
  })
  const ask = async (path: string, method = 'POST') => {
    const headers = { authorization: 'Bearer x' }
    return (await fetch(`http://127.0.0.1:${wakeUps.port}${path}`, { method, headers })).status
  }
  expect(await ask('/async-function/notify')).toBe(202)
  const response = await called
  expect(await ask('/async-function/notify')).toBe(503)
  expect(await ask('/async-function/notify', 'GET')).toBe(404)
  expect(await ask('/async-function/../system')).toBe(404)
  const closed = wakeUps.close()
  response.writeHead(500).end()
  await closed
  expect({ calls, said }).toEqual({
    calls: ['POST /function/notify Bearer x'],
    said: ['wake-up: notify answered 500'],
  })
})
