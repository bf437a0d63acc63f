import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Dispatcher, errors, type Pool } from 'undici'
import type { ErrorCode } from '#shared/errors.ts'
import { codeOf } from '../start-problem.ts'
import { passOn } from './headers.ts'
import { sendProblem } from './problem.ts'
import { dropBody, hasBody, streamBody } from './request-body.ts'

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

/** How a call ends: with the last byte of the answer or with a problem, and only once. */
type Ending = {
  isOver: () => boolean
  /** From now on the request is on its way, and giving up means to abort it there. */
  follow: (controller: Dispatcher.DispatchController) => void
  finish: () => void
  fail: (code: ErrorCode, detail: string, headers?: Record<string, string>) => void
}

const AWAY = 'The function is not running; it is being started again.'
const MALFORMED = 'The request cannot be passed on: a header is malformed or given twice.'

const tooLarge = (limitBytes: number): string => `The body is larger than ${limitBytes} bytes.`

/**
 * Whether the call may be sent a second time when the connection broke before an answer. The function may have got the first one, so only
 * what changes nothing qualifies (RFC 9110, 9.2.2); all else is for the caller to repeat, who has the Idempotency-Key.
 */
const isRepeatable = (incoming: IncomingMessage): boolean =>
  (incoming.method === 'GET' || incoming.method === 'HEAD') && !hasBody(incoming)

const isCutConnection = (error: Error): boolean =>
  ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(codeOf(error) ?? '')

const requestHeaders = (incoming: IncomingMessage, callId: string): string[] => {
  const headers = passOn(incoming.rawHeaders, incoming.headers.connection)
  headers.push('X-Forwarded-For', incoming.socket.remoteAddress ?? '', 'X-Call-Id', callId)
  return headers
}

const responseHeaders = (
  { rawHeaders }: Dispatcher.DispatchController,
  connection: string | string[] | undefined,
  callId: string,
): string[] => {
  const raw = Array.isArray(rawHeaders) ? rawHeaders.map((bytes) => bytes.toString('latin1')) : []
  const headers = passOn(raw, connection?.toString())
  headers.push('X-Call-Id', callId)
  return headers
}

const watchEnding = ({ incoming, response, callId }: ProxyCall, timeoutMs: number): Ending => {
  let controller: Dispatcher.DispatchController | undefined
  let isOver = false

  const finish = (): void => {
    isOver = true
    clearTimeout(timer)
    if (hasBody(incoming)) dropBody(incoming)
  }
  const abandon = (why: string): void => {
    if (isOver) return
    finish()
    controller?.abort(new Error(why))
  }
  const fail: Ending['fail'] = (code, detail, headers) => {
    abandon(detail)
    sendProblem(response, code, detail, callId, headers)
  }
  const timer = setTimeout(() => {
    fail('deadline', `The function did not answer within ${timeoutMs / 1000} s.`)
  }, timeoutMs)
  response.once('close', () => abandon('The caller has gone.'))

  const follow: Ending['follow'] = (started) => {
    controller = started
    // given up while it waited for a connection
    if (isOver) started.abort(new Error('Nobody waits any more.'))
  }
  return { isOver: () => isOver, follow, finish, fail }
}

const handAnswerBack = (
  { response, callId }: ProxyCall,
  ending: Ending,
  onError: (error: Error) => void,
): Dispatcher.DispatchHandler => ({
  onRequestStart: ending.follow,
  onResponseStart: (controller, status, headers) => {
    // 103 and its like only announce the real head
    if (status >= 200) response.writeHead(status, responseHeaders(controller, headers.connection, callId))
  },
  onResponseData: (controller, piece) => {
    if (response.write(piece)) return
    controller.pause()
    response.once('drain', () => controller.resume())
  },
  onResponseEnd: () => {
    ending.finish()
    response.end()
  },
  onResponseError: (_controller, error) => {
    if (!ending.isOver()) onError(error)
  },
})

const runCall = (call: ProxyCall, { timeoutMs, bodyLimitBytes }: ProxyLimits): void => {
  const { incoming, response, pool, path, callId } = call
  const ending = watchEnding(call, timeoutMs)
  const request: Dispatcher.DispatchOptions = {
    path,
    method: incoming.method ?? 'GET',
    headers: requestHeaders(incoming, callId),
    // undici would give the connection up after HEAD; the functions' server sends no body there
    reset: false,
    body: hasBody(incoming)
      ? streamBody(incoming, bodyLimitBytes, () => ending.fail('too_large', tooLarge(bodyLimitBytes)))
      : null,
  }

  const send = (mayRepeat: boolean): void => {
    const onError = (error: Error): void => {
      if (mayRepeat && isCutConnection(error) && !response.headersSent) send(false)
      else if (error instanceof errors.InvalidArgumentError) ending.fail('invalid_input', MALFORMED)
      else ending.fail('unavailable', AWAY, { 'retry-after': '1' })
    }
    pool.dispatch(request, handAnswerBack(call, ending, onError))
  }
  send(isRepeatable(incoming))
}

/** Hands the request on to the function, and its answer back. Bodies are streamed both ways. */
export const forward = (call: ProxyCall, limits: ProxyLimits): void => {
  const { incoming, response, callId } = call
  if (Number(incoming.headers['content-length'] ?? 0) > limits.bodyLimitBytes) {
    // Node reads the rest and throws it away: closing instead would reset the connection under the caller, and lose the answer
    sendProblem(response, 'too_large', tooLarge(limits.bodyLimitBytes), callId)
  } else runCall(call, limits)
}
