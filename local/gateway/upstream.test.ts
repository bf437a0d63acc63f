import { once } from 'node:events'
import type { Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { serveForTest } from '../testing/http.ts'
import { openUpstream } from './upstream.ts'

it('gives an idle connection up by itself, long before the time that the server announces', async () => {
  const connected = Promise.withResolvers<Socket>()
  const server = await serveForTest((request, response) => {
    connected.resolve(request.socket)
    response.writeHead(200, { 'keep-alive': 'timeout=65' })
    response.end('fine')
  })
  onTestFinished(server.close)
  const { pool } = openUpstream(server.port, 50)
  onTestFinished(() => pool.destroy())
  const { body } = await pool.request({ path: '/', method: 'GET' })
  expect(await body.text()).toBe('fine')
  const socket = await connected.promise
  if (!socket.destroyed) await once(socket, 'close')
  expect(socket.readableEnded).toBe(true)
})
