import type { IncomingMessage, ServerResponse } from 'node:http'
import { messageOf } from '../start-problem.ts'
import { passOn } from './headers.ts'
import { sendProblem } from './problem.ts'

export type AsyncCallsOptions = {
  concurrency: number
  queueLimit: number
  bodyLimitBytes: number
  timeoutMs: number
  /** The function's port right now, undefined while it is down. */
  portOf: (name: string) => number | undefined
  say: (line: string) => void
}

export type AsyncCalls = {
  /** Answers 202 at once and does the call later. */
  accept: (
    incoming: IncomingMessage,
    response: ServerResponse,
    name: string,
    path: string,
    callId: string,
  ) => Promise<void>
  /** Resolves when nothing is queued or under way, or after `timeoutMs`. */
  drain: (timeoutMs: number) => Promise<void>
}

type Call = {
  name: string
  method: string
  path: string
  headers: [string, string][]
  body: Buffer<ArrayBuffer>
  callId: string
  callback: URL | undefined
}

const isLoopback = (url: URL): boolean =>
  url.protocol === 'http:' &&
  (url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d+){3}$/.test(url.hostname))

const parseCallback = (given: string | string[] | undefined): URL | 'refused' | undefined => {
  if (given === undefined) return undefined
  const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : undefined
  return url && isLoopback(url) ? url : 'refused'
}

const readBody = async (
  incoming: IncomingMessage,
  limitBytes: number,
): Promise<Buffer<ArrayBuffer> | undefined> => {
  if (Number(incoming.headers['content-length'] ?? 0) > limitBytes) return undefined
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    length += chunk.length
    if (length > limitBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

// fetch sets these itself, and refuses some of them
const SET_BY_FETCH = new Set(['host', 'content-length', 'x-callback-url'])

const headersFor = (incoming: IncomingMessage, callId: string): [string, string][] => {
  const raw = passOn(incoming.rawHeaders, incoming.headers.connection)
  const pairs: [string, string][] = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? ''
    if (!SET_BY_FETCH.has(name.toLowerCase())) pairs.push([name, raw[index + 1] ?? ''])
  }
  return [...pairs, ['X-Call-Id', callId], ['X-Forwarded-For', incoming.socket.remoteAddress ?? '']]
}

type Result = { status: number; contentType: string; body: ArrayBuffer }

const perform = async (call: Call, port: number | undefined, timeoutMs: number): Promise<Result> => {
  if (port === undefined) return { status: 503, contentType: 'text/plain', body: new ArrayBuffer(0) }
  const { method, headers, body } = call
  const answer = await fetch(`http://127.0.0.1:${port}${call.path}`, {
    method,
    headers,
    ...(method === 'GET' || method === 'HEAD' ? {} : { body }),
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  })
  const contentType = answer.headers.get('content-type') ?? 'application/octet-stream'
  return { status: answer.status, contentType, body: await answer.arrayBuffer() }
}

/**
 * Calls that nobody waits for, as OpenFaaS does them behind `/async-function`: a bounded queue in memory without retries. Nothing that matters may
 * hang on one: it is a wake-up at most.
 */
export const createAsyncCalls = (options: AsyncCallsOptions): AsyncCalls => {
  const queue: Call[] = []
  let running = 0
  let onIdle: (() => void) | undefined

  const report = async (call: Call, result: Result, seconds: number): Promise<void> => {
    if (!call.callback) return
    await fetch(call.callback, {
      method: 'POST',
      headers: {
        'content-type': result.contentType,
        'x-call-id': call.callId,
        'x-function-name': call.name,
        'x-function-status': String(result.status),
        'x-duration-seconds': seconds.toFixed(6),
      },
      body: result.body,
      redirect: 'manual',
      signal: AbortSignal.timeout(options.timeoutMs),
    }).then((answer) => answer.body?.cancel())
  }

  const run = async (call: Call): Promise<void> => {
    const since = performance.now()
    try {
      const failed: Result = { status: 502, contentType: 'text/plain', body: new ArrayBuffer(0) }
      const result = await perform(call, options.portOf(call.name), options.timeoutMs).catch(() => failed)
      await report(call, result, (performance.now() - since) / 1000)
    } catch (error) {
      options.say(`async call ${call.callId} of ${call.name}: its callback failed: ${messageOf(error)}`)
    }
  }

  const next = (): void => {
    while (running < options.concurrency) {
      const call = queue.shift()
      if (!call) break
      running += 1
      void run(call).finally(() => {
        running -= 1
        next()
      })
    }
    if (running === 0) onIdle?.()
  }

  const accept: AsyncCalls['accept'] = async (incoming, response, name, path, callId) => {
    const callback = parseCallback(incoming.headers['x-callback-url'])
    if (callback === 'refused') {
      return sendProblem(
        response,
        'invalid_input',
        'X-Callback-Url must be an http address of this machine.',
        callId,
      )
    }
    if (queue.length >= options.queueLimit) {
      return sendProblem(response, 'unavailable', 'Too many calls are waiting.', callId, {
        'retry-after': '1',
      })
    }
    const body = await readBody(incoming, options.bodyLimitBytes)
    if (body === undefined) {
      const detail = `The body of an async call is at most ${options.bodyLimitBytes} bytes.`
      incoming.resume()
      return sendProblem(response, 'too_large', detail, callId)
    }
    response.writeHead(202, { 'x-call-id': callId, 'content-length': 0 })
    response.end()
    queue.push({
      name,
      method: incoming.method ?? 'POST',
      path,
      headers: headersFor(incoming, callId),
      body,
      callId,
      callback,
    })
    next()
  }

  const drain = async (timeoutMs: number): Promise<void> => {
    if (running === 0 && queue.length === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    onIdle = resolve
    const timer = setTimeout(resolve, timeoutMs)
    await promise
    clearTimeout(timer)
  }
  return { accept, drain }
}
