import type { IncomingMessage, ServerResponse } from 'node:http'
import { Transform } from 'node:stream'
import { type Dispatcher, errors, type Pool } from 'undici'
import type { ErrorCode } from '#shared/errors.ts'
import { codeOf } from '../start-problem.ts'
import { passOn } from './headers.ts'
import { sendProblem } from './problem.ts'

export type ProxyLimits = {
  /** How long a function may take until the gateway gives up waiting. */
  timeoutMs: number
  bodyLimitBytes: number
}

/** One request that goes on to the function behind `pool`, as `path`. */
export type ProxyCall = {
  incoming: IncomingMessage
  response: ServerResponse
  pool: Pool
  path: string
  callId: string
}

const AWAY = 'The function is not running; it is being started again.'
const MALFORMED = 'The request cannot be passed on: a header is malformed or given twice.'

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'

/**
 * Whether the call may be sent a second time when the connection broke before an answer. The function may have got the first one, so only
 * what changes nothing qualifies (RFC 9110, 9.2.2); all else is for the caller to repeat, who has the Idempotency-Key.
 */
const isRepeatable = (incoming: IncomingMessage): boolean =>
  (incoming.method === 'GET' || incoming.method === 'HEAD') && !hasBody(incoming)

const isCutConnection = (error: Error): boolean =>
  ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(codeOf(error) ?? '')

/** A body of unknown length may turn out too large on the way; from then on nothing gets through. */
const limitBytes = (maxBytes: number, onExceeded: () => void): Transform => {
  let length = 0
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      length += chunk.length
      if (length > maxBytes) onExceeded()
      else done(null, chunk)
    },
  })
}

const requestHeaders = (incoming: IncomingMessage, callId: string): string[] => [
  ...passOn(incoming.rawHeaders, incoming.headers.connection),
  'X-Forwarded-For',
  incoming.socket.remoteAddress ?? '',
  'X-Call-Id',
  callId,
]

const responseHeaders = (
  { rawHeaders }: Dispatcher.DispatchController,
  connection: string | string[] | undefined,
  callId: string,
): string[] => {
  const raw = Array.isArray(rawHeaders) ? rawHeaders.map((bytes) => bytes.toString('latin1')) : []
  return [...passOn(raw, connection?.toString()), 'X-Call-Id', callId]
}

const runCall = (call: ProxyCall, limits: ProxyLimits): void => {
  const { incoming, response, pool, path, callId } = call
  let controller: Dispatcher.DispatchController | undefined
  let mayRepeat = isRepeatable(incoming)
  let isOver = false

  const finish = (): void => {
    isOver = true
    clearTimeout(timer)
    // whatever is still coming of the body has nowhere to go
    if (body) incoming.unpipe(body).resume()
  }
  const abandon = (why: string): void => {
    if (isOver) return
    finish()
    controller?.abort(new Error(why))
  }
  const fail = (code: ErrorCode, detail: string, headers?: Record<string, string>): void => {
    abandon(detail)
    sendProblem(response, code, detail, callId, headers)
  }

  const timer = setTimeout(() => {
    fail('deadline', `The function did not answer within ${limits.timeoutMs / 1000} s.`)
  }, limits.timeoutMs)
  const body = hasBody(incoming)
    ? incoming.pipe(
        limitBytes(limits.bodyLimitBytes, () => fail('too_large', tooLarge(limits.bodyLimitBytes))),
      )
    : null
  response.once('close', () => abandon('The caller has gone.'))

  const send = (): void =>
    void pool.dispatch(
      {
        path,
        method: incoming.method ?? 'GET',
        headers: requestHeaders(incoming, callId),
        body,
        // undici would give the connection up after HEAD; the functions' server sends no body there
        reset: false,
      },
      {
        onRequestStart: (started) => {
          controller = started
          // given up while it waited for a connection
          if (isOver) started.abort(new Error('Nobody waits any more.'))
        },
        onResponseStart: (started, status, headers) => {
          // 103 and its like only announce the real head
          if (status >= 200) response.writeHead(status, responseHeaders(started, headers.connection, callId))
        },
        onResponseData: (current, chunk) => {
          if (response.write(chunk)) return
          current.pause()
          response.once('drain', () => current.resume())
        },
        onResponseEnd: () => {
          finish()
          response.end()
        },
        onResponseError: (_controller, error) => {
          if (isOver) return
          if (mayRepeat && isCutConnection(error) && !response.headersSent) {
            mayRepeat = false
            send()
          } else if (error instanceof errors.InvalidArgumentError) fail('invalid_input', MALFORMED)
          else fail('unavailable', AWAY, { 'retry-after': '1' })
        },
      },
    )
  send()
}

const tooLarge = (maxBytes: number): string => `The body is larger than ${maxBytes} bytes.`

/** Hands the request on to the function, and its answer back. Bodies are streamed both ways. */
export const forward = (call: ProxyCall, limits: ProxyLimits): void => {
  const { incoming, response, callId } = call
  if (Number(incoming.headers['content-length'] ?? 0) > limits.bodyLimitBytes) {
    // Node reads the rest and throws it away: closing instead would reset the connection under the caller, and lose the answer
    sendProblem(response, 'too_large', tooLarge(limits.bodyLimitBytes), callId)
  } else runCall(call, limits)
}
