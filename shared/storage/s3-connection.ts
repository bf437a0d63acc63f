import { AsyncLocalStorage } from 'node:async_hooks'
import * as http from 'node:http'
import * as https from 'node:https'
import { Client } from 'minio'

export type S3Options = {
  /** `http(s)://host[:port]` of the S3 server, as the functions reach it. */
  endpoint: string
  region: string
  accessKey: string
  secretKey: string
}

/** What one attempt knows of itself: how to stop it, and the headers of the server's last answer. */
export type Attempt = { signal: AbortSignal; headers: http.IncomingHttpHeaders }

export type S3Connection = {
  client: Client
  /** Runs `work` so that its requests end when `signal` aborts. */
  run: <T>(signal: AbortSignal, work: (attempt: Attempt) => Promise<T>) => Promise<T>
  close: () => void
}

/**
 * minio-js throws at once on these and never reads the body (src/internal/request.ts), which would hold the
 * socket for ever.
 */
const UNREAD_STATUSES = new Set([408, 429, 499, 500, 502, 503, 504, 520])

type OnResponse = (response: http.IncomingMessage) => void

/**
 * The address in the parts that minio-js wants; throws an Error for a path, which S3 signatures can't carry.
 */
const addressOf = (endpoint: string): { endPoint: string; port: number; useSSL: boolean } => {
  const url = new URL(endpoint)
  if (!/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.username) {
    throw new Error('An S3 endpoint is http(s)://host[:port], with nothing behind it')
  }
  const useSSL = url.protocol === 'https:'
  return { endPoint: url.hostname, port: Number(url.port) || (useSSL ? 443 : 80), useSSL }
}

/**
 * A minio-js client with what it lacks: requests that can be stopped (it takes no AbortSignal, so the
 * transport finds the attempt it belongs to), own sockets that can be closed, and none of its retries (they
 * print to the console).
 */
export const connectS3 = (options: S3Options): S3Connection => {
  const address = addressOf(options.endpoint)
  const { request: send, Agent } = address.useSSL ? https : http
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const attempts = new AsyncLocalStorage<Attempt>()

  const request = (
    target: http.RequestOptions | string | URL,
    second?: http.RequestOptions | OnResponse,
    third?: OnResponse,
  ): http.ClientRequest => {
    if (typeof target === 'string' || target instanceof URL)
      throw new TypeError('minio-js calls request(options, callback)')
    const attempt = attempts.getStore()
    const callback = typeof second === 'function' ? second : third
    const bound = attempt ? { ...target, signal: attempt.signal } : target
    return send(bound, (response) => {
      if (attempt) attempt.headers = response.headers
      if (UNREAD_STATUSES.has(response.statusCode ?? 0)) response.resume()
      callback?.(response)
    })
  }
  const client = new Client({
    ...address,
    region: options.region, // given, so that no request asks for it
    accessKey: options.accessKey,
    secretKey: options.secretKey,
    pathStyle: true,
    transport: { request },
    transportAgent: agent,
    retryOptions: { disableRetry: true },
  })
  const run: S3Connection['run'] = (signal, work) => {
    const attempt: Attempt = { signal, headers: {} }
    return attempts.run(attempt, work, attempt)
  }
  return { client, run, close: () => agent.destroy() }
}
