/** A function for the tests of index.ts; its path says what it does. It tells over IPC when a call has arrived and when it was closed. */
import type { FunctionModule, HttpResponse } from './contract.ts'

const tell = (event: string): void => {
  if (process.connected) process.send?.({ type: 'event', event })
}
const answer = (body: string): HttpResponse => ({ status: 200, headers: {}, body })

export const handler: FunctionModule['handler'] = {
  start: async () => ({
    name: 'toy',
    bodyLimitBytes: 1_000,
    handle: async ({ path }) => {
      tell(path)
      if (path === '/wait') {
        await new Promise<void>((resolve) => process.once('message', () => resolve()))
      }
      if (path === '/exits') process.exit(0)
      if (path === '/writes-a-megabyte') console.log('x'.repeat(1_048_576))
      if (path === '/rejects-elsewhere') {
        void Promise.reject(
          new Error('nobody caught https://api.telegram.org/bot123456789:AAbbCCddEEffGGhhIIjj/getMe'),
        )
        await new Promise(() => undefined)
      }
      if (path === '/throws-elsewhere') {
        setImmediate(() => {
          throw new Error('thrown in a timer')
        })
        await new Promise(() => undefined)
      }
      return answer(path)
    },
    close: async () => {
      tell('closed')
      // what is written over IPC must be gone before the process is
      await new Promise((resolve) => setImmediate(resolve))
    },
  }),
}
