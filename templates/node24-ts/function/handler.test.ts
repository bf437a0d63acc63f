import { afterAll, beforeAll, expect, it } from 'vitest'
import type { HttpRequest, HttpResponse, RunningFunction } from '#template/contract.ts'
import { handler } from './handler.ts'

let running: RunningFunction

beforeAll(async () => {
  running = await handler.start()
})
afterAll(() => running.close())

const call = (request: Partial<HttpRequest>): Promise<HttpResponse> =>
  running.handle({
    method: 'GET',
    path: '/',
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.alloc(0),
    signal: new AbortController().signal,
    ...request,
  })

it('answers with what it was asked', async () => {
  const answer = await call({ method: 'POST', path: '/hello' })
  expect(answer.status).toBe(200)
  expect(JSON.parse(String(answer.body))).toEqual({ method: 'POST', path: '/hello' })
})

it('is ready', async () => {
  expect((await call({ path: '/ready' })).status).toBe(200)
})
