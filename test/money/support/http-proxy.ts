import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Steps } from './steps.ts'

/**
 * A proxy in front of a provider's API whose calls are steps too: one can be broken off before the provider hears of it, or after it has
 * done what was asked.
 */
export const startHttpProxy = async (
  target: string,
  steps: Steps,
  counts: (path: string) => boolean = () => true,
): Promise<{ url: string; close: () => Promise<void> }> => {
  const server = createServer((request, response) => {
    const pass = async (): Promise<void> => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const path = request.url ?? '/'
      const moment = counts(path) ? steps.next(path) : undefined
      if (moment === 'before') {
        steps.fire()
        response.destroy()
        return
      }
      const {
        host: _host,
        connection: _connection,
        'transfer-encoding': _encoding,
        ...headers
      } = request.headers
      const body = Buffer.concat(chunks)
      const answer = await fetch(`${target}${path}`, {
        method: request.method ?? 'GET',
        headers: headers as Record<string, string>,
        redirect: 'manual',
        ...(body.length === 0 ? {} : { body }),
      })
      const bytes = Buffer.from(await answer.arrayBuffer())
      if (moment === 'after') {
        steps.fire()
        response.destroy()
        return
      }
      response.writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? 'text/plain',
      })
      response.end(bytes)
    }
    pass().catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
