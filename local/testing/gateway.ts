import type { IncomingMessage, RequestListener } from 'node:http'
import { afterEach, beforeEach } from 'vitest'
import { type Gateway, type GatewayOptions, startGateway } from '../gateway.ts'
import { serveForTest, type TestServer } from './http.ts'

export type Seen = { method: string; url: string; headers: Record<string, string>; body: string }

export const readAll = async (request: IncomingMessage): Promise<Buffer> =>
  Buffer.concat(await request.toArray())

/** A function that answers with what it was asked. */
export const echo: RequestListener = async (request, response) => {
  const { method, url, headers } = request
  const body = (await readAll(request)).toString()
  response.writeHead(201, { 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] })
  response.end(JSON.stringify({ method, url, headers, body }))
}

export const seen = async (answer: Response): Promise<Seen> => answer.json() as Promise<Seen>

/** Gives every test of the file a gateway with the functions `toy` and `down`, and closes whatever it opened. */
export const useGateway = () => {
  let closers: (() => Promise<void>)[] = []
  const context = {
    gateway: undefined as unknown as Gateway,
    /** Another gateway in place of the default one. */
    restart: async (options: Partial<GatewayOptions> = {}): Promise<void> => {
      const gateway = await startGateway({ port: 0, names: ['toy', 'down'], say: () => {}, ...options })
      context.gateway = gateway
      closers.push(() => gateway.close(0))
    },
    serve: async (listener: RequestListener): Promise<TestServer> => {
      const server = await serveForTest(listener)
      closers.push(server.close)
      return server
    },
    /** Puts `listener` in the place of the function `toy`. */
    toy: async (listener: RequestListener): Promise<TestServer> => {
      const server = await context.serve(listener)
      context.gateway.setPort('toy', server.port)
      return server
    },
    call: (path: string, init?: RequestInit): Promise<Response> =>
      fetch(`${context.gateway.url}${path}`, init),
  }
  beforeEach(() => context.restart())
  afterEach(async () => {
    for (const close of closers.reverse()) await close()
    closers = []
  })
  return context
}
