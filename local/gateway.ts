import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAsyncCalls } from './gateway/async-calls.ts'
import { callIdOf } from './gateway/headers.ts'
import { problemBody, sendProblem } from './gateway/problem.ts'
import { forward } from './gateway/proxy.ts'
import { openUpstream, type Upstream } from './gateway/upstream.ts'
import { codeOf, messageOf, StartProblem } from './start-problem.ts'

export type GatewayOptions = {
  port: number
  /** The functions that exist; the others answer 404. */
  names: readonly string[]
  say: (line: string) => void
  timeoutMs?: number
  bodyLimitBytes?: number
  asyncQueueLimit?: number
}

export type Gateway = {
  url: string
  port: number
  /** Where a function listens now; undefined while it is down. */
  setPort: (name: string, port: number | undefined) => void
  /** From now on `/healthz` says ok; `page` is where `/` leads, if anywhere. */
  setReady: (page: string | undefined) => void
  /** Takes no more connections and waits for the calls under way, at most `graceMs`. */
  close: (graceMs: number) => Promise<void>
}

const TIMEOUT_MS = 60_000
const BODY_LIMIT_BYTES = 25 * 1024 * 1024
const ASYNC_BODY_LIMIT_BYTES = 1024 * 1024
const ASYNC_QUEUE_LIMIT = 200
const ASYNC_CONCURRENCY = 8

const SYNC = '/function/'
const ASYNC = '/async-function/'

/** `/function/charge/holds?x=1` -> `charge` and `/holds?x=1`; by hand, since every call pays for it. */
const splitPath = (url: string, prefix: string): { name: string; path: string } => {
  let end = prefix.length
  while (end < url.length && url[end] !== '/' && url[end] !== '?') end += 1
  const rest = url.slice(end)
  return { name: url.slice(prefix.length, end), path: rest.startsWith('/') ? rest : `/${rest}` }
}

const withoutQuery = (url: string): string => {
  const mark = url.indexOf('?')
  return mark < 0 ? url : url.slice(0, mark)
}

const HOME_PAGE = `<!doctype html><meta charset="utf-8"><title>Kopeika</title>
<h1>Kopeika</h1><p>The gateway. Functions answer under <code>/function/&lt;name&gt;</code>.</p>\n`

const sendText = (
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  headers = {},
): void => {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers })
  response.end(body)
}

const listen = (server: ReturnType<typeof createServer>, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const isTaken = codeOf(error) === 'EADDRINUSE'
      const why = isTaken
        ? 'is taken by another program'
        : `cannot be used (${codeOf(error) ?? messageOf(error)})`
      reject(
        new StartProblem(
          `GATEWAY_PORT ${port} ${why}: set another one, e.g. GATEWAY_PORT=0 npm start takes any free port.`,
        ),
      )
    })
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })

/**
 * The local gateway, which behaves as OpenFaaS's with the edge in front of it: `/function/<name>` and `/async-function/<name>` on
 * 127.0.0.1.
 * @throws StartProblem when the port cannot be had
 */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { names, say, timeoutMs = TIMEOUT_MS, bodyLimitBytes = BODY_LIMIT_BYTES } = options
  const upstreams = new Map<string, Upstream | undefined>(names.map((name) => [name, undefined]))
  const limits = { timeoutMs, bodyLimitBytes }
  const asyncCalls = createAsyncCalls({
    concurrency: ASYNC_CONCURRENCY,
    queueLimit: options.asyncQueueLimit ?? ASYNC_QUEUE_LIMIT,
    bodyLimitBytes: Math.min(ASYNC_BODY_LIMIT_BYTES, bodyLimitBytes),
    timeoutMs,
    portOf: (name) => upstreams.get(name)?.port,
    say,
  })
  let isReady = false
  let page: string | undefined

  const callFunction = (
    incoming: IncomingMessage,
    response: ServerResponse,
    url: string,
    prefix: typeof SYNC | typeof ASYNC,
  ): void => {
    const { name, path } = splitPath(url, prefix)
    const callId = callIdOf(incoming.headers['x-call-id'], randomUUID)
    const pool = upstreams.get(name)?.pool
    if (!upstreams.has(name)) sendProblem(response, 'not_found', 'There is no such function.', callId)
    else if (prefix === ASYNC) {
      asyncCalls.accept(incoming, response, name, path, callId).catch(() => response.destroy())
    } else if (pool) forward({ incoming, response, pool, path, callId }, limits)
    else
      sendProblem(response, 'unavailable', 'The function is being started.', callId, { 'retry-after': '1' })
  }

  const answerHealth = (response: ServerResponse, callId: string): void => {
    if (isReady) sendText(response, 200, 'application/json', '{"status":"ok"}')
    else sendProblem(response, 'unavailable', 'The stack is starting.', callId, { 'retry-after': '1' })
  }

  const answerHome = (response: ServerResponse): void => {
    if (page === undefined) sendText(response, 200, 'text/html; charset=utf-8', HOME_PAGE)
    else sendText(response, 302, 'text/plain', '', { location: page })
  }

  const answerOwn = (incoming: IncomingMessage, response: ServerResponse, path: string): void => {
    const callId = callIdOf(incoming.headers['x-call-id'], randomUUID)
    if (path !== '/' && path !== '/healthz') sendProblem(response, 'not_found', 'Nothing is here.', callId)
    else if (incoming.method !== 'GET' && incoming.method !== 'HEAD') {
      sendProblem(response, 'method_not_allowed', 'Only GET is understood here.', callId, {
        allow: 'GET, HEAD',
      })
    } else if (path === '/') answerHome(response)
    else answerHealth(response, callId)
  }

  const server = createServer({ keepAliveTimeout: 65_000 }, (incoming, response) => {
    const url = incoming.url ?? '/'
    if (url.startsWith(SYNC)) callFunction(incoming, response, url, SYNC)
    else if (url.startsWith(ASYNC)) callFunction(incoming, response, url, ASYNC)
    else answerOwn(incoming, response, withoutQuery(url))
  })
  server.on('clientError', (error, socket) => {
    if (codeOf(error) === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const body = problemBody('invalid_input', 'This is no valid HTTP request.', randomUUID())
    const head = `HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}`
    socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`)
  })
  const port = await listen(server, options.port)

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    setPort: (name, functionPort) => {
      // calls under way may end; by callback, since it is no matter if the pool is closed already
      upstreams.get(name)?.pool.close(() => {})
      upstreams.set(name, functionPort === undefined ? undefined : openUpstream(functionPort))
    },
    setReady: (newPage) => {
      isReady = true
      page = newPage
    },
    close: async (graceMs) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const timer = setTimeout(() => server.closeAllConnections(), graceMs)
      await Promise.all([closed, asyncCalls.drain(graceMs)])
      clearTimeout(timer)
      await Promise.all([...upstreams.values()].map((upstream) => upstream?.pool.destroy()))
    },
  }
}
