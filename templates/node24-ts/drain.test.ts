import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { closeToys, ok, openToy } from './toy-server.testing.ts'

afterEach(closeToys)

describe('drain', () => {
  test('answers what is under way, also a large answer to a slow reader, then closes the function once', async () => {
    const gate = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    const body = Buffer.alloc(20_000_000, 'x')
    const { server, closed } = await openToy(async () => {
      arrived.resolve()
      await gate.promise
      return ok(body)
    })
    const socket = connect(server.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    await arrived.promise
    const drained = server.drain(5_000)
    gate.resolve()
    let received = 0
    for await (const chunk of socket) received += (chunk as Buffer).length
    expect(received).toBeGreaterThan(body.length)
    await drained
    expect(closed()).toBe(1)
  })

  test('waits no longer than its grace', async () => {
    const arrived = Promise.withResolvers<void>()
    const { server, url, closed } = await openToy(() => {
      arrived.resolve()
      return new Promise(() => undefined)
    })
    const call = fetch(url).then(
      () => 'answered',
      () => 'cut',
    )
    await arrived.promise
    await server.drain(50)
    expect(await call).toBe('cut')
    expect(closed()).toBe(1)
  })

  test('takes new calls while it lingers, and none afterwards', async () => {
    const { server, url } = await openToy(async () => ok())
    const drained = server.drain(5_000, 200)
    const response = await fetch(url)
    expect(response.status).toBe(200)
    expect(response.headers.get('connection')).toBe('close')
    await drained
    await expect(fetch(url)).rejects.toThrow()
  })

  test('what comes late, after the lingering, is served too; it ends when a second has passed without a call', async () => {
    const { server, url, closed } = await openToy(async () => ok())
    const drained = server.drain(5_000, 50)
    const startedAt = performance.now()
    for (let late = 0; late < 5; late += 1) {
      expect((await fetch(url)).status).toBe(200)
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    expect(performance.now() - startedAt).toBeGreaterThan(1_150)
    await drained
    // a second after the last call, which came at one second at the earliest
    expect(performance.now() - startedAt).toBeGreaterThan(1_900)
    expect(closed()).toBe(1)
  })

  test('a caller that never stops does not keep it past its grace', async () => {
    const { server, url } = await openToy(async () => ok())
    let isOver = false
    const drained = server.drain(1_500, 50).then(() => {
      isOver = true
    })
    const startedAt = performance.now()
    while (!isOver) await fetch(url).catch(() => undefined)
    await drained
    expect(performance.now() - startedAt).toBeLessThan(3_000)
  })

  test('with nothing under way ends at once, idle connections included', async () => {
    const { server, url } = await openToy(async () => ok())
    await (await fetch(url)).text()
    const startedAt = performance.now()
    await server.drain(5_000)
    expect(performance.now() - startedAt).toBeLessThan(1_000)
    await expect(fetch(url)).rejects.toThrow()
  })
})
