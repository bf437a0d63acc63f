import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HttpRequest, HttpResponse, RunningFunction } from './contract.ts'

export type FunctionServer = {
  port: number
  /**
   * Serves for `lingerMs` more as if nothing were (of-watchdog hands on calls for a while after SIGTERM), and then until no call has come for a
   * second; then takes no new connection, answers what is under way, and closes the function. All after the lingering within `graceMs`.
   */
  drain: (graceMs: number, lingerMs?: number) => Promise<void>
}

type Problem = { status: number; code: string; title: string; detail?: string; close?: boolean }

/** What the server says itself, with the members and headers that a function's own problem documents have. */
const problem = (
  request: IncomingMessage,
  { status, code, title, detail, close = false }: Problem,
): HttpResponse => {
  const given = request.headers['x-call-id']
  const requestId = typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID()
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': requestId,
      ...(close ? { connection: 'close' } : {}),
    },
    body: JSON.stringify({ type: `urn:kopeika:problem:${code}`, title, status, code, detail, requestId }),
  }
}

const TOO_LARGE = Symbol('too large')

/** Collects the body; what comes beyond the limit is thrown away unread. */
const readBody = (request: IncomingMessage, limitBytes: number): Promise<Buffer | typeof TOO_LARGE> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = Number(request.headers['content-length'] ?? 0) > limitBytes ? Number.POSITIVE_INFINITY : 0
    if (length > limitBytes) resolve(TOO_LARGE)
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= limitBytes) return void chunks.push(chunk)
      // Closing now would reset the connection under the caller's hands, and the 413 would be lost: the rest is read and dropped.
      chunks.length = 0
      resolve(TOO_LARGE)
    })
    request.once('end', () => {
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
      // this closure lives as long as the request does: a large body is not held twice
      chunks.length = 0
    })
    request.once('error', reject)
    request.once('close', () => reject(new Error('The caller hung up before its body was complete.')))
  })

const pathOf = ({ url = '/' }: IncomingMessage): string => {
  const path = url.split('?', 1)[0] ?? ''
  return path.startsWith('/') ? path : `/${path}`
}

const toHttpRequest = (request: IncomingMessage, body: Buffer, signal: AbortSignal): HttpRequest => {
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  const headers: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return {
    method: request.method ?? 'GET',
    path: pathOf(request),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    headers,
    body,
    signal,
  }
}

const send = (response: ServerResponse, answer: HttpResponse): void => {
  if (response.destroyed || response.headersSent) return
  const length = typeof answer.body === 'string' ? Buffer.byteLength(answer.body) : answer.body.length
  response.writeHead(answer.status, { ...answer.headers, 'content-length': length })
  response.end(answer.body)
}

/** Reads one request, lets the function answer it and sends that. Rejects when the handler throws: nothing is sent then. */
export const answerRequest = async (
  fn: RunningFunction,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new Error('The caller hung up.'))
  })
  const limitBytes = fn.bodyLimitOf?.(request.method ?? 'GET', pathOf(request)) ?? fn.bodyLimitBytes
  const body = await readBody(request, limitBytes)
  if (body === TOO_LARGE) {
    const detail = `The body is larger than ${limitBytes} bytes.`
    return send(response, problem(request, { status: 413, code: 'too_large', title: 'Too large', detail }))
  }
  // A handler that throws is a bug in it, and must never look like success: Telegram takes any 2xx as delivered.
  send(response, await fn.handle(toHttpRequest(request, body, gone.signal)))
}

/** A busy machine may be late in handing on what it took before its time was up. */
const QUIET_MS = 1_000
const QUIET_LOOK_MS = 50

/** Serves one function on `host:port` (port 0 = any free one). */
export const serve = async (
  fn: RunningFunction,
  options: { port: number; host: string; onError: (error: unknown) => void },
): Promise<FunctionServer> => {
  const sockets = new Set<Socket>()
  let inFlight = 0
  let lastCallAt = 0
  let onIdle: (() => void) | undefined
  let isDraining = false

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    inFlight += 1
    lastCallAt = performance.now()
    if (isDraining) response.setHeader('connection', 'close')
    const left = new Promise<void>((resolve) => response.once('close', resolve))
    try {
      await answerRequest(fn, request, response)
    } catch (error) {
      if (!response.destroyed) options.onError(error)
      send(
        response,
        problem(request, { status: 500, code: 'internal', title: 'Internal error', close: true }),
      )
    }
    // a call is over when its answer has left, not when it was handed to the socket
    await left
    inFlight -= 1
    if (inFlight === 0) onIdle?.()
  }
  const server: Server = createServer(
    { keepAliveTimeout: 65_000, requestTimeout: 60_000 },
    (request, response) => void answer(request, response),
  )
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, () => resolve())
  })

  const drain = async (graceMs: number, lingerMs = 0): Promise<void> => {
    isDraining = true
    if (lingerMs > 0) await sleep(lingerMs)
    const endsAt = performance.now() + graceMs
    const isQuiet = (): boolean => inFlight === 0 && performance.now() - lastCallAt >= QUIET_MS
    while (lingerMs > 0 && !isQuiet() && performance.now() < endsAt) await sleep(QUIET_LOOK_MS)
    server.close()
    server.closeIdleConnections()
    if (inFlight > 0) {
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, endsAt - performance.now())
      await Promise.race([
        new Promise<void>((idle) => {
          onIdle = idle
        }),
        late,
      ])
      clearTimeout(timer)
    }
    for (const socket of sockets) socket.destroy()
    await fn.close()
  }
  return { port: (server.address() as AddressInfo).port, drain }
}
