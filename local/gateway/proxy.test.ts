import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { echo, readAll, useGateway } from '../testing/gateway.ts'
import { sendRaw } from '../testing/http.ts'

const context = useGateway()
const { call, toy } = context

const CONNECTIONS = 128

it('sends a POST once, over a fresh connection, where the function has closed the kept one meanwhile', async () => {
  const sockets: Socket[] = []
  await toy(async (request, response) => {
    sockets.push(request.socket)
    response.end(await readAll(request))
  })
  expect(await (await call('/function/toy', { method: 'POST', body: 'one' })).text()).toBe('one')
  sockets[0]?.destroy()
  expect(await (await call('/function/toy', { method: 'POST', body: 'two' })).text()).toBe('two')
  expect(sockets).toHaveLength(2)
  expect(sockets[1]).not.toBe(sockets[0])
})

it.each([
  ['POST', 1],
  ['DELETE', 1],
  ['GET', 2],
])('sends a %s that the function may have got %i time(s) at most', async (method, times) => {
  let count = 0
  await toy((request) => {
    count += 1
    request.socket.destroy()
  })
  const answer = await call('/function/toy', { method })
  expect([answer.status, answer.headers.get('retry-after'), count]).toEqual([503, '1', times])
})

it('refuses what cannot be passed on', async () => {
  await toy(echo)
  const head = 'GET /function/toy HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n'
  expect(await sendRaw(context.gateway.port, head)).toMatch(/^HTTP\/1.1 400 .*"code":"invalid_input"/s)
})

it('calls a function that was started again at its new port, and ends the calls at the old one', async () => {
  const release = Promise.withResolvers<void>()
  const arrived = Promise.withResolvers<void>()
  await toy(async (_request, response) => {
    arrived.resolve()
    await release.promise
    response.end('old')
  })
  const slow = call('/function/toy')
  await arrived.promise
  await toy((_request, response) => void response.end('new'))
  expect(await (await call('/function/toy')).text()).toBe('new')
  release.resolve()
  expect(await (await slow).text()).toBe('old')
})

/** Time enough for a large body to arrive as a whole, if it could. */
const waitWhile = async (isTrue: () => boolean): Promise<void> => {
  for (let round = 0; round < 200 && isTrue(); round += 1) await (await call('/')).text()
}

it('takes no more of a body than the function reads', async () => {
  const bytes = 20_000_000
  const release = Promise.withResolvers<void>()
  await toy(async (request, response) => {
    await release.promise
    response.end(String((await readAll(request)).length))
  })
  const caller = connect(context.gateway.port, '127.0.0.1')
  caller.write(
    `POST /function/toy HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${bytes}\r\n\r\n`,
  )
  let isSent = false
  caller.write(Buffer.alloc(bytes), () => {
    isSent = true
  })
  await waitWhile(() => !isSent)
  expect(isSent).toBe(false)
  release.resolve()
  expect((await caller.toArray()).join('')).toMatch(new RegExp(`\r\n${bytes}\\b`))
})

it('reads a body to its end that the function did not want, so that the connection goes on', async () => {
  await toy((request, response) => {
    // begun, or Node's server would read all that is left by itself
    request.read(0)
    response.writeHead(413).end()
  })
  const body = 'x'.repeat(20_000_000)
  const raw = await sendRaw(
    context.gateway.port,
    `POST /function/toy HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  )
  expect(raw).toMatch(/^HTTP\/1.1 413 .*HTTP\/1.1 200 /s)
})

it('takes no more of an answer than its caller reads', async () => {
  const bytes = 32_000_000
  let isSent = false
  await toy((_request, response) => {
    response.once('finish', () => {
      isSent = true
    })
    response.end(Buffer.alloc(bytes))
  })
  const answer = await call('/function/toy')
  await waitWhile(() => !isSent)
  expect(isSent).toBe(false)
  expect((await answer.arrayBuffer()).byteLength).toBe(bytes)
})

it('does not send a call on whose caller has gone while it waited for a connection', async () => {
  const release = Promise.withResolvers<void>()
  const full = Promise.withResolvers<void>()
  const paths: (string | undefined)[] = []
  await toy(async (request, response) => {
    if (paths.push(request.url) === CONNECTIONS) full.resolve()
    await release.promise
    response.end()
  })
  const answers = Array.from({ length: CONNECTIONS }, async () => (await call('/function/toy')).status)
  await full.promise

  const leaving = connect(context.gateway.port, '127.0.0.1')
  leaving.write('GET /function/toy/gone HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n')
  // Node says 100 Continue in the moment it hands the request to the gateway
  await once(leaving, 'data')
  leaving.resetAndDestroy()
  await call('/healthz')

  const last = call('/function/toy/last')
  release.resolve()
  expect(new Set(await Promise.all(answers))).toEqual(new Set([200]))
  await last
  expect(paths).toHaveLength(CONNECTIONS + 1)
  expect(paths.at(-1)).toBe('/last')
})
