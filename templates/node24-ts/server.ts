import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { HttpRequest, HttpResponse, RunningFunction } from './contract.ts'

export type FunctionServer = {
  port: number
  /** Answers what is under way, refuses nothing until then, closes the function. */
  drain: (graceMs: number) => Promise<void>
}

const problem = (status: number, code: string, title: string, close = false): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/problem+json', ...(close ? { connection: 'close' } : {}) },
  body: JSON.stringify({ type: 'about:blank', title, status, code }),
})

const TOO_LARGE = Symbol('too large')

/** Collects the body; stops reading as soon as it is longer than the function takes. */
const readBody = (request: IncomingMessage, limitBytes: number): Promise<Buffer | typeof TOO_LARGE> =>
  new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > limitBytes) return resolve(TOO_LARGE)
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > limitBytes) {
        request.pause()
        resolve(TOO_LARGE)
      } else chunks.push(chunk)
    })
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
    request.once('error', reject)
    request.once('close', () => reject(new Error('The caller hung up before its body was complete.')))
  })

const toHttpRequest = (request: IncomingMessage, body: Buffer, signal: AbortSignal): HttpRequest => {
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const headers: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return {
    method: request.method ?? 'GET',
    path: path.startsWith('/') ? path : `/${path}`,
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
  const body = await readBody(request, fn.bodyLimitBytes)
  if (body === TOO_LARGE) {
    // the unread rest would be taken for the next request on this connection
    return send(
      response,
      problem(413, 'too_large', `The body is larger than ${fn.bodyLimitBytes} bytes.`, true),
    )
  }
  // A handler that throws is a bug in it, and must never look like success: Telegram takes any 2xx as delivered.
  send(response, await fn.handle(toHttpRequest(request, body, gone.signal)))
}

/** Serves one function on `host:port` (port 0 = any free one). */
export const serve = async (
  fn: RunningFunction,
  options: { port: number; host: string; onError: (error: unknown) => void },
): Promise<FunctionServer> => {
  const sockets = new Set<Socket>()
  let inFlight = 0
  let onIdle: (() => void) | undefined
  let isDraining = false

  const server: Server = createServer(
    { keepAliveTimeout: 65_000, requestTimeout: 60_000 },
    (request, response) => {
      inFlight += 1
      if (isDraining) response.setHeader('connection', 'close')
      answerRequest(fn, request, response)
        .catch((error: unknown) => {
          if (!response.destroyed) options.onError(error)
          send(response, problem(500, 'internal', 'Internal error', true))
        })
        .finally(() => {
          inFlight -= 1
          if (inFlight === 0) onIdle?.()
        })
    },
  )
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, () => resolve())
  })

  const drain = async (graceMs: number): Promise<void> => {
    isDraining = true
    server.close()
    server.closeIdleConnections()
    if (inFlight > 0) {
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, graceMs)
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
