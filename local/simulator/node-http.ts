import type { IncomingMessage, ServerResponse } from 'node:http'

/** A body beyond its limit. */
export class TooLargeError extends Error {
  override name = 'TooLargeError' as const
}

/** The whole body. Throws TooLargeError beyond the limit; the rest is read and thrown away, so that the answer arrives. */
export const readBody = async (request: IncomingMessage, limitBytes: number): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request) {
    sizeBytes += chunk.length
    if (sizeBytes <= limitBytes) chunks.push(chunk)
  }
  if (sizeBytes > limitBytes) throw new TooLargeError()
  return Buffer.concat(chunks)
}

/** Fetch's Request of a request of node:http. */
export const toRequest = (
  request: IncomingMessage,
  url: URL,
  body: Buffer,
  signal?: AbortSignal,
): Request => {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  const method = request.method ?? 'GET'
  const init: RequestInit = { method, headers, signal: signal ?? null }
  if (method !== 'GET' && method !== 'HEAD') init.body = new Uint8Array(body)
  return new Request(url, init)
}

/** Sends a Response of Fetch. */
export const sendResponse = async (source: Response, response: ServerResponse): Promise<void> => {
  const body = Buffer.from(await source.arrayBuffer())
  if (response.destroyed) return
  response.writeHead(source.status, { ...Object.fromEntries(source.headers), 'content-length': body.length })
  response.end(body)
}

const isLoopback = (host: string | undefined): boolean =>
  /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test((host ?? '').toLowerCase())

/**
 * True for a request that another site's page may have caused: a foreign Origin, or a Host that is not this machine (a name
 * rebound to 127.0.0.1).
 */
export const isForeign = ({ headers }: IncomingMessage): boolean => {
  if (!isLoopback(headers.host)) return true
  const { origin } = headers
  return origin !== undefined && origin !== `http://${headers.host}`
}
