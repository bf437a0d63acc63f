import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import type { Sql } from '#shared/db/client.ts'
import type { DefinedFunction } from '#shared/http/define-function.ts'
import type { Resources } from '#shared/http/resources.ts'
import { type Clients, parseClients } from '#shared/platform/clients.ts'
import type { Config } from '#shared/platform/config.ts'
import { parseMasterKeys } from '#shared/platform/crypto.ts'
import { signToken } from '#shared/platform/tokens.ts'
import { createObjectStore, type ObjectStore } from '#shared/storage/object-store.ts'
import { completeClients } from '../../local/clients.ts'
import { startTelegramSimulator } from '../../local/telegram/server.ts'
import type { RunningFunction } from '../../templates/node24-ts/contract.ts'
import { answerRequest } from '../../templates/node24-ts/server.ts'
import { createTestDatabase } from './database.ts'

const TARIFF_FILE = fileURLToPath(new URL('../../tariff.yml', import.meta.url))
const METRICS_TOKEN = 'metrics-token-of-the-tests'
const WEBHOOK_SECRET = 'webhook-secret-of-the-tests'

export type Reply = {
  status: number
  headers: Headers
  /** Parsed where the answer is JSON, else the text. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
  bytes: Buffer
}

export type CallOptions = {
  body?: unknown
  /** Raw body instead of JSON; give its content type. */
  raw?: { bytes: Buffer | string; type: string }
  /** Idempotency-Key; a fresh one for POST, PATCH and DELETE unless null. */
  key?: string | null
  /** Client id; `client` (every scope) unless said, null for no token. */
  as?: string | null
  headers?: Record<string, string>
}

export type House = {
  gateway: string
  call: (functionName: string, method: string, path?: string, options?: CallOptions) => Promise<Reply>
  /** A person with an account: registered through the function where it is open, so with the welcome bonus. */
  person: (telegramId?: number) => Promise<{ id: string; telegramId: number }>
  ownerSql: Sql
  appSql: Sql
  storage: ObjectStore
  buckets: { avatars: string; transcripts: string; backups: string }
  sim: Awaited<ReturnType<typeof startTelegramSimulator>>
  clients: Clients
  token: (clientId: string, audience: string) => Promise<string>
  resourcesOf: (functionName: string) => Resources
  webhook: { url: string; secret: string }
  metricsToken: string
  /** The owner's role. */
  databaseUrl: string
  /** Log lines of all functions. */
  logs: string[]
  /** Waits until no wake-up is due and no asynchronous call under way. */
  settled: () => Promise<void>
  close: () => Promise<void>
}

/** The clients of the local stack, and one more that may do as much as the first. */
const makeClients = (): Clients => {
  const { clients }: { clients: { id: string; scopes: string[]; keys: string[] }[] } = JSON.parse(
    completeClients(undefined),
  )
  const all = clients.find(({ id }) => id === 'client')?.scopes.filter((scope) => scope !== 'admin') ?? []
  const other = { id: 'other-client', scopes: all, keys: [randomBytes(32).toString('hex')] }
  return parseClients(JSON.stringify({ clients: [...clients, other] }))
}

/** Serves functions of this process under /function/<name> and /async-function/<name>, as the gateway does. */
const startGateway = async (
  running: Map<string, RunningFunction>,
): Promise<{ server: Server; url: string; settled: () => Promise<void> }> => {
  const underWay = new Set<Promise<unknown>>()
  let url = ''
  const server = createServer((request, response) => {
    const [, kind, name = '', rest] =
      /^\/(function|async-function)\/([\w-]+)(.*)$/.exec(request.url ?? '') ?? []
    const fn = running.get(name)
    if (!fn || kind === undefined) {
      response.writeHead(404).end()
    } else if (kind === 'async-function') {
      request.resume()
      response.writeHead(202).end()
      const call = fetch(`${url}/function/${name}${rest}`, {
        method: 'POST',
        headers: { authorization: request.headers.authorization ?? '' },
      })
        .then((answer) => answer.arrayBuffer())
        .catch(() => undefined)
        .finally(() => underWay.delete(call))
      underWay.add(call)
    } else {
      request.url = rest === '' ? '/' : rest?.startsWith('?') ? `/${rest}` : rest
      answerRequest(fn, request, response).catch(() => {
        if (!response.headersSent) response.writeHead(500).end()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const settled = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.all(underWay)
  }
  return { server, url, settled }
}

/**
 * A house of its own for a test file: the given functions in this process over real HTTP, with a fresh clone of the database, the run's
 * Redis and S3 with buckets of its own, and a Telegram simulator. For beforeAll; `close` in afterAll.
 */
export const openHouse = async (options: {
  functions: DefinedFunction[]
  /** Changes to the configuration of each function, such as limits or addresses that lead nowhere. */
  config?: Partial<Config>
  rateLimits?: boolean
  /** The time as the functions see it. */
  clock?: () => number
}): Promise<House> => {
  const servers = inject('servers')
  const database = await createTestDatabase()
  const sim = await startTelegramSimulator({
    port: 0,
    token: `${100_000 + randomBytes(2).readUInt16BE()}:${randomBytes(18).toString('hex')}`,
  })
  const suffix = randomBytes(5).toString('hex')
  const buckets = {
    avatars: `avatars-${suffix}`,
    transcripts: `transcripts-${suffix}`,
    backups: `backups-${suffix}`,
  }
  const storage = createObjectStore({
    ...servers.s3,
    publicEndpoint: servers.s3.endpoint,
    region: 'us-east-1',
    timeoutMs: 5_000,
  })
  await Promise.all(Object.values(buckets).map((bucket) => storage.ensureBucket(bucket)))

  const clients = makeClients()
  const running = new Map<string, RunningFunction & { resources: Resources }>()
  const gateway = await startGateway(running)
  const logs: string[] = []
  const base: Omit<Config, 'functionName'> = {
    logLevel: 'debug',
    gatewayUrl: gateway.url,
    tariffFile: TARIFF_FILE,
    rateLimits: options.rateLimits ?? false,
    allowCronWakeup: false,
    deadlineMs: 8_000,
    clients,
    metricsToken: METRICS_TOKEN,
    databaseUrl: database.appUrl,
    redisUrl: servers.redisUrl,
    storage: { ...servers.s3, publicEndpoint: servers.s3.endpoint, region: 'us-east-1', buckets },
    telegram: { token: sim.token, apiRoot: sim.apiRoot },
    webhookSecret: WEBHOOK_SECRET,
    masterKeys: parseMasterKeys(
      JSON.stringify({ current: 'test', keys: { test: randomBytes(32).toString('base64') } }),
    ),
    signingKey: randomBytes(32).toString('hex'),
    // Stars only; a test that needs cards gives `config.providers`
    providers: { telegram: undefined, yookassa: undefined },
    cabinetUrl: `${gateway.url}/function/cabinet/`,
    ...options.config,
  }
  for (const fn of options.functions) {
    const opened = await fn.open(
      { ...base, functionName: fn.name },
      {
        writeLog: (line) => logs.push(line),
        runtimeMetrics: false,
        ...(options.clock === undefined ? {} : { clock: options.clock }),
      },
    )
    running.set(fn.name, opened)
  }

  const token = async (clientId: string, audience: string): Promise<string> => {
    const client = clients.find(clientId)
    if (!client) throw new Error(`No test client ${clientId}.`)
    return signToken(client, audience)
  }

  const call: House['call'] = async (functionName, method, path = '/', request = {}) => {
    const headers: Record<string, string> = {}
    if (request.as !== null)
      headers.authorization = `Bearer ${await token(request.as ?? 'client', functionName)}`
    if (method !== 'GET' && request.key !== null) headers['idempotency-key'] = request.key ?? randomUUID()
    if (request.raw) headers['content-type'] = request.raw.type
    else if (request.body !== undefined) headers['content-type'] = 'application/json'
    const body = request.raw?.bytes ?? (request.body === undefined ? undefined : JSON.stringify(request.body))
    const response = await fetch(`${gateway.url}/function/${functionName}${path}`, {
      method,
      headers: { ...headers, ...request.headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    const isJson = (response.headers.get('content-type') ?? '').includes('json')
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && bytes.length > 0 ? JSON.parse(bytes.toString('utf8')) : bytes.toString('utf8'),
      bytes,
    }
  }

  const person: House['person'] = async (telegramId = 1_000_000 + randomBytes(4).readUInt32BE()) => {
    if (running.has('register')) {
      const reply = await call('register', 'POST', '/', {
        body: { telegramId, firstName: 'Test', languageCode: 'en' },
      })
      return { id: reply.body.user.id, telegramId }
    }
    const [row] = await database.ownerSql<{ id: string }[]>`
      insert into users (telegram_id, first_name, language_code) values (${telegramId}, 'Test', 'en') returning id`
    if (!row) throw new Error('No person was made.')
    await database.ownerSql`insert into user_balances (user_id) values (${row.id})`
    await database.ownerSql`insert into user_states (user_id) values (${row.id})`
    return { id: row.id, telegramId }
  }

  const settled = async (): Promise<void> => {
    // a wake-up may lead to a run that wakes again: two quiet looks in a row
    for (let look = 0; look < 2; look += 1) {
      await Promise.all([...running.values()].map(({ resources }) => resources.wakesSettled()))
      await gateway.settled()
    }
  }

  const close = async (): Promise<void> => {
    await settled()
    await Promise.all([...running.values()].map((fn) => fn.close()))
    gateway.server.closeAllConnections()
    await new Promise((resolve) => gateway.server.close(resolve))
    storage.close()
    await sim.close()
    await database.drop()
  }
  return {
    gateway: gateway.url,
    call,
    person,
    ownerSql: database.ownerSql,
    appSql: database.appSql,
    storage,
    buckets,
    sim,
    clients,
    token,
    resourcesOf: (name) => {
      const fn = running.get(name)
      if (!fn) throw new Error(`The function ${name} is not open in this house.`)
      return fn.resources
    },
    webhook: { url: `${gateway.url}/function/dispatcher`, secret: WEBHOOK_SECRET },
    metricsToken: METRICS_TOKEN,
    databaseUrl: database.ownerUrl,
    logs,
    settled,
    close,
  }
}
