import type { HttpResponse, RunningFunction } from './contract.ts'
import { type FunctionServer, serve } from './server.ts'

/** Largest body of the toy in bytes. */
export const LIMIT = 100_000

export type ToyServer = { server: FunctionServer; url: string; errors: unknown[]; closed: () => number }

const toys: FunctionServer[] = []

/** For afterEach: ends the servers that a test opened. */
export const closeToys = async (): Promise<void> => {
  await Promise.all(toys.splice(0).map((server) => server.drain(0)))
}

/** Serves a toy function on a free port. */
export const openToy = async (
  handle: RunningFunction['handle'],
  options: Pick<RunningFunction, 'bodyLimitOf'> = {},
): Promise<ToyServer> => {
  const errors: unknown[] = []
  let closed = 0
  const fn: RunningFunction = {
    name: 'toy',
    handle,
    bodyLimitBytes: LIMIT,
    ...options,
    close: async () => {
      closed += 1
    },
  }
  const server = await serve(fn, { port: 0, host: '127.0.0.1', onError: (error) => errors.push(error) })
  toys.push(server)
  return { server, url: `http://127.0.0.1:${server.port}`, errors, closed: () => closed }
}

export const ok = (body: string | Buffer = 'ok'): HttpResponse => ({
  status: 200,
  headers: { 'x-toy': '1' },
  body,
})
