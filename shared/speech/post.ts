import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'

export type PostRequest = {
  url: string
  headers: Record<string, string>
  /** Sent one after the other, uncopied. */
  parts: readonly (Buffer | string)[]
  /** The rest of a longer answer is not read. */
  maxAnswerBytes: number
  signal: AbortSignal
}

export type PostAnswer = { status: number; body: Buffer }

/** Makes the one call that this adapter needs. @throws Error with a `code`, TooLongAnswer, or what the signal was aborted with */
export type Post = (request: PostRequest) => Promise<PostAnswer>

/** The server sends more than any answer has. */
export class TooLongAnswer extends Error {
  override name = 'TooLongAnswer' as const
}

const readAnswer = async (response: IncomingMessage, maxBytes: number): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    size += chunk.length
    if (size > maxBytes) throw new TooLongAnswer(`more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

/**
 * By node:http and not by fetch, whose 300 s for the first byte of an answer cannot be changed: a recogniser answers when it has heard all.
 * Redirects are answers like any other, and not followed.
 */
export const post: Post = async ({ url, headers, parts, maxAnswerBytes, signal }) => {
  signal.throwIfAborted()
  const length = parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0)
  const send = url.startsWith('https:') ? requestHttps : requestHttp
  const { promise: answered, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const call = send(url, {
    method: 'POST',
    headers: { ...headers, 'content-length': length },
    // a connection that the server has closed meanwhile would fail the first try of every other recording
    agent: false,
    signal,
  })
  call.once('response', resolve)
  // stays: after the answer has begun, an error shows in its body as well
  call.on('error', reject)
  for (const part of parts) call.write(part)
  call.end()
  try {
    const response = await answered
    return { status: response.statusCode ?? 0, body: await readAnswer(response, maxAnswerBytes) }
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    call.destroy()
  }
}
