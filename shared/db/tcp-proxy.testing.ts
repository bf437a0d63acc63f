import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A TCP proxy on 127.0.0.1 whose line can be broken without either side hearing of it. */
export type TestProxy = {
  port: number
  /** Swallows every byte from now on, both ways: connections stay open and silent, new ones too. */
  swallow: () => void
  /** New connections work again; the silent ones stay silent, as after a firewall forgot them. */
  heal: () => void
  close: () => Promise<void>
}

/** `port` brings a closed one back at its old place. */
export const startProxy = async (target: { host: string; port: number }, port = 0): Promise<TestProxy> => {
  let isSwallowing = false
  const sockets = new Set<Socket>()
  const lines = new Set<{ isCut: boolean }>()
  const server = createServer((client) => {
    const line = { isCut: isSwallowing }
    lines.add(line)
    const upstream = connect(target)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes) => {
        if (!line.isCut) to.write(bytes)
      })
      from.on('error', () => undefined)
      from.once('close', () => {
        sockets.delete(from)
        if (!line.isCut) to.destroy()
      })
    }
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  return {
    port: address.port,
    swallow: () => {
      isSwallowing = true
      for (const line of lines) line.isCut = true
    },
    heal: () => {
      isSwallowing = false
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
