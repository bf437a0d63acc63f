/** A function that does what functions must not, for the tests behind the real of-watchdog; its path says what. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FunctionModule, HttpResponse } from '../../../templates/node24-ts/contract.ts'

const MEGABYTE = 1_048_576
const never = new Promise<never>(() => undefined)

const answer = (body: string): HttpResponse => ({
  status: 200,
  headers: { 'x-pid': String(process.pid) },
  body,
})

/** How many callers were gone before their answer; asked for by /aborted. */
let aborted = 0

const misdeeds: Record<string, () => Promise<unknown> | undefined> = {
  '/throws': () => {
    throw new Error('thrown on purpose')
  },
  '/rejects': () => Promise.reject(new Error('rejected on purpose')),
  '/hangs': () => never,
  '/exits-0': () => process.exit(0),
  '/exits-3': () => process.exit(3),
  '/throws-elsewhere': () => {
    setImmediate(() => {
      throw new Error('thrown where nobody waits')
    })
    return never
  },
  '/rejects-elsewhere': () => {
    void Promise.reject(new Error('rejected where nobody waits'))
    return never
  },
  '/logs-a-megabyte': () => void console.log('x'.repeat(MEGABYTE)),
  // in pieces that are too small to be shortened
  '/logs-a-megabyte-in-pieces': () => {
    for (let written = 0; written < MEGABYTE; written += 16_384) process.stdout.write('y'.repeat(16_384))
    process.stdout.write('\n')
    return undefined
  },
}

export const handler: FunctionModule['handler'] = {
  start: async () => ({
    name: 'toy',
    bodyLimitBytes: 100_000,
    handle: async ({ path, query, body, signal }) => {
      if (path === '/aborted') return answer(String(aborted))
      if (path === '/length') return answer(String(body.length))
      if (path === '/waits') await sleep(Number(query.get('ms')))
      if (path === '/waits-for-abort') {
        await once(signal, 'abort')
        aborted += 1
      }
      signal.addEventListener('abort', () => {
        if (path === '/hangs') aborted += 1
      })
      await misdeeds[path]?.()
      return answer(path)
    },
    close: async () => undefined,
  }),
}
