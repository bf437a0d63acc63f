import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isForeign, sendResponse, TooLargeError } from './node-http.ts'

/** A call as a simulator sees it. */
export type Incoming = {
  request: IncomingMessage
  /** For answers that are written bit by bit (events). */
  response: ServerResponse
  url: URL
  /** Aborted when the caller hangs up, or the simulator ends. */
  signal: AbortSignal
}

export type SimulatorServerOptions = {
  /** As in "The Telegram simulator cannot start". */
  name: string
  /** 0: any free one. */
  port: number
  log: (line: string) => void
  /** Paths of the simulated API: callable from anywhere on this machine. All others refuse requests of other sites' pages. */
  isApi: (path: string) => boolean
  /** Gives the answer; `Response.error()` cuts the connection, undefined means that it was written to `response` itself. */
  answer: (incoming: Incoming) => Promise<Response | undefined>
}

export type SimulatorServer = {
  /** Without a slash at its end. */
  root: string
  /** Ends every call; `between` ends what goes on by itself, while no new call comes in. */
  close: (between?: () => Promise<void>) => Promise<void>
}

const listen = (server: Server, { name, port }: SimulatorServerOptions): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const taken = 'code' in error && error.code === 'EADDRINUSE'
      const reason = taken ? `port ${port} is taken` : error.message
      reject(new Error(`The ${name} simulator cannot start: ${reason}.`, { cause: error }))
    })
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })

const send = async (answer: Response, response: ServerResponse): Promise<void> => {
  if (answer.type === 'error') response.socket?.resetAndDestroy()
  else await sendResponse(answer, response)
}

/**
 * The server of a simulator on 127.0.0.1: what they all need, once. A call that fails is logged and answered 500, or 413 for a body beyond its limit.
 * Throws an Error of one sentence where the port is taken.
 */
export const serveSimulator = async (options: SimulatorServerOptions): Promise<SimulatorServer> => {
  const { log, isApi, answer } = options
  const hangUps = new Set<AbortController>()
  let root = 'http://127.0.0.1'

  const respond = async (request: IncomingMessage, response: ServerResponse, signal: AbortSignal) => {
    const url = new URL(request.url ?? '/', root)
    const refused = !isApi(url.pathname) && isForeign(request)
    const answered = refused
      ? new Response('Requests of other sites are refused', { status: 403 })
      : await answer({ request, response, url, signal })
    if (answered) await send(answered, response)
  }
  const server = createServer((request, response) => {
    const hangUp = new AbortController()
    hangUps.add(hangUp)
    response.once('close', () => {
      hangUps.delete(hangUp)
      hangUp.abort()
    })
    respond(request, response, hangUp.signal).catch((error: unknown) => {
      if (hangUp.signal.aborted) return
      const isTooLarge = error instanceof TooLargeError
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
      if (!isTooLarge) log(`${request.method} failed: ${what}`)
      if (!response.headersSent) response.writeHead(isTooLarge ? 413 : 500).end()
    })
  })
  root = `http://127.0.0.1:${await listen(server, options)}`
  return {
    root,
    close: async (between) => {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const hangUp of hangUps) hangUp.abort()
      await between?.()
      server.closeAllConnections()
      await closed
    },
  }
}
