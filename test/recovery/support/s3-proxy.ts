import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What happens to a request: undefined lets it through. */
export type Refusal = { status: number; code: string } | undefined
export type Rule = (method: string, path: string) => Refusal | Promise<Refusal>

export type S3Proxy = { endpoint: string; setRule: (rule: Rule) => void; close: () => Promise<void> }

const pass: Rule = () => undefined

const readAll = async (incoming: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Stands before an S3 server: can hold requests up, or refuse them as a server does that has no room. Signatures stay valid. */
export const startS3Proxy = async (target: string): Promise<S3Proxy> => {
  let rule = pass
  const { hostname, port } = new URL(target)
  const server = createServer(async (incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming
    // whoever was killed meanwhile needs no answer
    outgoing.on('error', () => undefined)
    try {
      const body = await readAll(incoming)
      const refusal = await rule(method, decodeURIComponent(url))
      if (refusal) {
        outgoing.writeHead(refusal.status, { 'content-type': 'application/xml' })
        outgoing.end(`<Error><Code>${refusal.code}</Code><Message>${refusal.code}</Message></Error>`)
        return
      }
      // the server signs over the host that the client knows
      const forward = request({ hostname, port, method, path: url, headers })
      forward.end(body)
      const [answer] = (await once(forward, 'response')) as [IncomingMessage]
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      outgoing.end(await readAll(answer))
    } catch {
      outgoing.destroy()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setRule: (next) => {
      rule = next
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
