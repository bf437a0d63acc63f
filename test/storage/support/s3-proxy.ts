import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'

/** A request to the store, as the proxy sees it. */
export type S3Call = { method: string; path: string }

/**
 * What becomes of a call. `lose`: never passed on and never answered; `keep-answer`: done by the store, and never answered; `refuse`: the
 * connection breaks at once; `fail`: 500; `truncate`: the answer breaks off half-way; `wrong-etag`: other bytes are confirmed.
 */
export type S3Plan = 'pass' | 'lose' | 'keep-answer' | 'refuse' | 'fail' | 'truncate' | 'wrong-etag'

export type S3Proxy = {
  endpoint: string
  /** Asked for each call, at once. */
  plan: (call: S3Call) => S3Plan
  /** Told when the store has answered, before the caller hears of it; the answer waits for it. */
  onAnswered: (call: S3Call, status: number) => unknown
  close: () => Promise<void>
}

const readAll = async (stream: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** A proxy in front of an S3 server that leaves headers as they are (the signature covers Host) and can stop at any call. */
export const startS3Proxy = async (target: string): Promise<S3Proxy> => {
  const pass = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = { method: incoming.method ?? 'GET', path: incoming.url ?? '/' }
    const plan = proxy.plan(call)
    const body = await readAll(incoming)
    if (plan === 'lose') return
    if (plan === 'refuse') return void response.destroy()
    if (plan === 'fail') return void response.writeHead(500).end()
    const outgoing = request(target, {
      method: call.method,
      path: call.path,
      headers: incoming.headers,
      agent: false,
    })
    outgoing.end(body)
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
    const bytes = await readAll(answer)
    await proxy.onAnswered(call, answer.statusCode ?? 0)
    if (plan === 'keep-answer') return
    const { etag, ...headers } = answer.headers
    const confirmed = plan === 'wrong-etag' ? `"${'0'.repeat(32)}"` : etag
    if (plan === 'truncate') {
      response.writeHead(answer.statusCode ?? 502, { ...headers, 'content-length': bytes.length + 100 })
      response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
      if (bytes.length < 2) response.destroy()
      return
    }
    response
      .writeHead(answer.statusCode ?? 502, { ...headers, ...(confirmed && { etag: confirmed }) })
      .end(bytes)
  }
  const server = createServer((incoming, response) => {
    pass(incoming, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  const proxy: S3Proxy = {
    endpoint: `http://127.0.0.1:${address.port}`,
    plan: () => 'pass',
    onAnswered: () => undefined,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return proxy
}
