import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { Steps } from './steps.ts'

export type WireProxy = { port: number; close: () => Promise<void> }

const SYNC = 'S'.charCodeAt(0)
const QUERY = 'Q'.charCodeAt(0)
const READY_FOR_QUERY = 'Z'.charCodeAt(0)
/** Parse, Bind, Describe, Execute, Close: the server is to see them together with their Sync, or not at all. */
const PARTS = new Set([...'PBDEC'].map((letter) => letter.charCodeAt(0)))

/** Cuts a stream of PostgreSQL messages where they end; what is incomplete waits for the rest. */
const createSplitter = (hasStartup: boolean): ((bytes: Buffer) => { type: number; message: Buffer }[]) => {
  let rest: Buffer = Buffer.alloc(0)
  let awaitsStartup = hasStartup
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    const messages: { type: number; message: Buffer }[] = []
    for (;;) {
      const at = awaitsStartup ? 0 : 1
      if (rest.length < at + 4) return messages
      const length = at + rest.readUInt32BE(at)
      if (rest.length < length) return messages
      messages.push({ type: awaitsStartup ? 0 : (rest[0] ?? 0), message: rest.subarray(0, length) })
      awaitsStartup = false
      rest = rest.subarray(length)
    }
  }
}

const PARSE = 'P'.charCodeAt(0)
const BIND = 'B'.charCodeAt(0)

/** Texts of a message: each ends with a zero byte. */
const textAt = (message: Buffer, from: number): { text: string; next: number } => {
  const end = message.indexOf(0, from)
  return { text: message.toString('utf8', from, end), next: end + 1 }
}

/** Which statement is being run: a prepared one is named by its text. */
const readStatements = () => {
  const prepared = new Map<string, string>()
  let current = ''
  return {
    current: () => current,
    read: (type: number, message: Buffer): void => {
      if (type === QUERY) current = textAt(message, 5).text
      if (type === PARSE) {
        const name = textAt(message, 5)
        current = textAt(message, name.next).text
        prepared.set(name.text, current)
      }
      if (type === BIND) {
        const portal = textAt(message, 5)
        current = prepared.get(textAt(message, portal.next).text) ?? ''
      }
    },
  }
}

/**
 * A proxy in front of PostgreSQL that understands where messages begin and end, so that a connection can be cut at a numbered place: before a
 * statement reaches the server, or after the server has done it and before its answer is heard (a COMMIT whose outcome nobody knows).
 */
export const startWireProxy = async (databaseUrl: string, steps: Steps): Promise<WireProxy> => {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()

  const server = createServer((client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port || 5432) })
    client.setNoDelay(true)
    upstream.setNoDelay(true)
    const split = createSplitter(true)
    const statements = readStatements()
    const splitAnswers = createSplitter(false)
    /** Round trips of this connection; the start of the session is one. */
    let asked = 1
    let answered = 0
    /** The round trip whose answer is not passed on. */
    let lostFrom = Number.POSITIVE_INFINITY
    let parts: Buffer[] = []
    let isCut = false
    const end = (): void => {
      isCut = true
      steps.fire()
      client.destroy()
      upstream.destroy()
    }
    client.on('data', (bytes: Buffer) => {
      for (const { type, message } of split(bytes)) {
        if (isCut) return
        parts.push(message)
        statements.read(type, message)
        if (PARTS.has(type)) continue
        if (type === SYNC || type === QUERY) {
          asked += 1
          const moment = steps.next(statements.current())
          if (moment === 'before') return end()
          if (moment === 'after') lostFrom = asked
        }
        upstream.write(Buffer.concat(parts))
        parts = []
      }
    })
    upstream.on('data', (bytes: Buffer) => {
      const messages = splitAnswers(bytes)
      if (lostFrom === Number.POSITIVE_INFINITY) {
        answered += messages.filter(({ type }) => type === READY_FOR_QUERY).length
        client.write(bytes)
        return
      }
      for (const { type, message } of messages) {
        if (isCut) return
        const isLost = answered + 1 >= lostFrom
        if (type === READY_FOR_QUERY) answered += 1
        if (!isLost) client.write(message)
        else if (type === READY_FOR_QUERY) end()
      }
    })
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.once('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  return {
    port: address.port,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The same database through the proxy. */
export const throughProxy = (databaseUrl: string, proxy: { port: number }): string => {
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String(proxy.port)
  return url.href
}
