import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'

/**
 * The body of a request as a stream of its own: undici destroys what it is given, and the caller's connection must outlive that.
 * A body of unknown length may turn out too large on the way: `onTooLarge` is called for each piece beyond, and nothing more gets through.
 */
export const streamBody = (incoming: IncomingMessage, maxBytes: number, onTooLarge: () => void): Readable => {
  const body = new Readable({ read: () => void incoming.resume() })
  let length = 0
  incoming.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > maxBytes) onTooLarge()
    else if (!body.push(chunk)) incoming.pause()
  })
  incoming.once('end', () => body.push(null))
  return body
}

/** Reads whatever is still coming of the body and throws it away: the caller can only read an answer once all is sent. */
export const dropBody = (incoming: IncomingMessage): void => {
  incoming.removeAllListeners('data')
  incoming.resume()
}
