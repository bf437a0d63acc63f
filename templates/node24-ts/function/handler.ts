import type { FunctionModule } from '#template/contract.ts'

/** Answers every call. Whatever `start` opens (a database, a timer) `close` must end: it is called once, after the last call. */
export const handler: FunctionModule['handler'] = {
  start: async () => ({
    name: 'my-function',
    bodyLimitBytes: 1_000_000,
    handle: async ({ method, path }) => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      // of-watchdog asks /ready before it lets calls in: say 503 there for as long as this function can't work
      body: JSON.stringify(path === '/ready' ? { ready: true } : { method, path }),
    }),
    close: async () => undefined,
  }),
}
