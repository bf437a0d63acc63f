import { randomUUID } from 'node:crypto'
import type { DefinedFunction } from '#shared/http/define-function.ts'
import type { Config } from '#shared/platform/config.ts'
import type { HttpResponse } from '../../../templates/node24-ts/contract.ts'
import type { House } from '../../support/house.ts'

export type BesideCall = {
  method?: string
  path?: string
  body?: unknown
  key?: string
  headers?: Record<string, string>
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
export type BesideReply = { status: number; headers: HttpResponse['headers']; body: any; ms: number }

/** One more replica of a function of the house, with a configuration of its own: behind a broken line, or with limits. */
export type Beside = { call: (call: BesideCall) => Promise<BesideReply>; close: () => Promise<void> }

export const openBeside = async (
  house: House,
  definition: DefinedFunction,
  changes: Partial<Config> = {},
): Promise<Beside> => {
  const { config } = house.resourcesOf(definition.name)
  const running = await definition.open(
    { ...config, ...changes },
    { writeLog: () => undefined, runtimeMetrics: false },
  )
  const call: Beside['call'] = async ({ method = 'POST', path = '/', body, key, headers = {} }) => {
    const since = performance.now()
    const [pathname = '/', query] = path.split('?')
    const response = await running.handle({
      method,
      path: pathname,
      query: new URLSearchParams(query),
      headers: {
        authorization: `Bearer ${await house.token('client', definition.name)}`,
        'content-type': 'application/json',
        'idempotency-key': key ?? randomUUID(),
        ...headers,
      },
      body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
      signal: new AbortController().signal,
    })
    const text = response.body.toString()
    return {
      status: response.status,
      headers: response.headers,
      body: text.startsWith('{') ? JSON.parse(text) : text,
      ms: performance.now() - since,
    }
  }
  return { call, close: () => running.close() }
}

/** A replica of the dispatcher takes this as Telegram's post. */
export const asUpdate = (house: House, update: unknown): BesideCall => ({
  body: update,
  headers: { 'x-telegram-bot-api-secret-token': house.webhook.secret },
})
