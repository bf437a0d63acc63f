import { fileURLToPath } from 'node:url'
import { parseClients } from '#shared/platform/clients.ts'
import type { Config } from '#shared/platform/config.ts'
import { signToken } from '#shared/platform/tokens.ts'
import type { HttpRequest } from '../../templates/node24-ts/contract.ts'
import { defineFunction, type FunctionDefinition } from './define-function.ts'
import type { ResourceOptions } from './resources.ts'

export const METRICS_TOKEN = 'metrics-token-of-the-toy'

const clients = parseClients(
  JSON.stringify({
    clients: [
      { id: 'studio', scopes: ['toy:read', 'toy:write'], keys: ['the-key-of-the-studio-0123456789abc'] },
      { id: 'reader', scopes: ['toy:read'], keys: ['the-key-of-the-reader-0123456789abc'] },
      { id: 'boss', scopes: ['admin'], keys: ['the-key-of-the-boss-0123456789abcde'] },
      { id: 'toy', scopes: ['other:write'], keys: ['the-key-of-the-toy-0123456789abcdef'], internal: true },
      {
        id: 'cron',
        scopes: ['toy:read', 'toy:write'],
        keys: ['the-key-of-cron-0123456789abcdefghij'],
        internal: true,
      },
    ],
  }),
)

export const toyConfig = (over: Partial<Config> = {}): Config => ({
  functionName: 'toy',
  logLevel: 'debug',
  gatewayUrl: 'http://127.0.0.1:1',
  tariffFile: fileURLToPath(new URL('../../tariff.yml', import.meta.url)),
  rateLimits: false,
  allowCronWakeup: false,
  deadlineMs: 5_000,
  clients,
  metricsToken: METRICS_TOKEN,
  databaseUrl: undefined,
  redisUrl: undefined,
  storage: undefined,
  telegram: undefined,
  webhookSecret: undefined,
  masterKeys: undefined,
  signingKey: undefined,
  providers: undefined,
  ...over,
})

export type ToyCall = {
  /** Sent as JSON. */
  json?: unknown
  /** Sent as it is, with `type`. */
  raw?: Buffer | string
  type?: string
  /** Client id; `studio` unless said, null for no token. */
  as?: string | null
  key?: string
  headers?: Record<string, string>
  signal?: AbortSignal
}

export type ToyReply = {
  status: number
  headers: Record<string, string>
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
}

const requestOf = async (method: string, target: string, call: ToyCall): Promise<HttpRequest> => {
  const [path = '/', query = ''] = target.split('?', 2)
  const headers: Record<string, string> = {}
  if (call.as !== null) {
    const client = clients.find(call.as ?? 'studio')
    if (!client) throw new Error('The toy knows no such client.')
    headers.authorization = `Bearer ${await signToken(client, 'toy')}`
  }
  if (call.json !== undefined) headers['content-type'] = 'application/json'
  if (call.type !== undefined) headers['content-type'] = call.type
  if (call.key !== undefined) headers['idempotency-key'] = call.key
  const body = call.raw ?? (call.json === undefined ? '' : JSON.stringify(call.json))
  return {
    method,
    path,
    query: new URLSearchParams(query),
    headers: { ...headers, ...call.headers },
    body: Buffer.from(body),
    signal: call.signal ?? new AbortController().signal,
  }
}

/** Opens a function named `toy` and calls it without a port. */
export const openToy = async (
  definition: Partial<FunctionDefinition>,
  config: Partial<Config> = {},
  options: ResourceOptions = {},
) => {
  const logs: string[] = []
  const fn = await defineFunction({ name: 'toy', needs: [], routes: [], ...definition }).open(
    toyConfig(config),
    { writeLog: (line) => logs.push(line), runtimeMetrics: false, ...options },
  )
  const call = async (method: string, target: string, request: ToyCall = {}): Promise<ToyReply> => {
    const { status, headers, body } = await fn.handle(await requestOf(method, target, request))
    const text = body.toString()
    const isJson = headers['content-type']?.includes('json') === true
    return { status, headers, text, body: isJson ? JSON.parse(text) : undefined }
  }
  return { call, logs, resources: fn.resources, close: fn.close, bodyLimitBytes: fn.bodyLimitBytes }
}

export type Toy = Awaited<ReturnType<typeof openToy>>
