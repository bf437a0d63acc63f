import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { messageOf } from '../../local/start-problem.ts'

export type WakeUpsOptions = {
  gatewayUrl: string
  port: number
  host: string
  say: (line: string) => void
  /** Calls under way at once; what comes beyond is refused, since the schedules are the backstop. */
  limit?: number
}

export type RunningWakeUps = {
  port: number
  /** Takes no more and waits for the calls under way. */
  close: () => Promise<void>
}

const LIMIT = 200
const CALL_TIMEOUT_MS = 30_000
const PATH = /^\/async-function\/([a-z0-9-]+)\/?$/

const end = (response: ServerResponse, status: number): void => {
  response.writeHead(status, { 'content-length': 0 })
  response.end()
}

/**
 * `POST /async-function/<name>` answers 202 and then calls `POST /function/<name>` with the caller's token, as OpenFaaS does from its queue. Only
 * wake-ups come here: there is no body, no retry and no memory of it.
 */
export const serveWakeUps = async (options: WakeUpsOptions): Promise<RunningWakeUps> => {
  const { gatewayUrl, say, limit = LIMIT } = options
  const underWay = new Set<Promise<void>>()

  const call = async (name: string, authorization: string | undefined): Promise<void> => {
    try {
      const answer = await fetch(`${gatewayUrl}/function/${name}`, {
        method: 'POST',
        headers: authorization === undefined ? {} : { authorization },
        signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      })
      await answer.arrayBuffer()
      if (!answer.ok) say(`wake-up: ${name} answered ${answer.status}`)
    } catch (error) {
      say(`wake-up: ${name} cannot be reached: ${messageOf(error)}`)
    }
  }

  const start = (name: string, authorization: string | undefined): void => {
    const one = call(name, authorization).finally(() => underWay.delete(one))
    underWay.add(one)
  }

  const accept = (request: IncomingMessage, response: ServerResponse): void => {
    request.resume()
    const name = request.method === 'POST' ? PATH.exec(request.url ?? '')?.[1] : undefined
    if (name === undefined) end(response, request.url === '/healthz' ? 200 : 404)
    else if (underWay.size >= limit) end(response, 503)
    else {
      end(response, 202)
      start(name, request.headers.authorization)
    }
  }

  const server = createServer(accept)
  server.listen(options.port, options.host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      await Promise.all([...underWay, closed])
    },
  }
}
