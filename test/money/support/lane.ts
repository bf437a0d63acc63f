import { randomBytes, randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import type { Sql } from '#shared/db/client.ts'
import type { DefinedFunction } from '#shared/http/define-function.ts'
import { parseClients } from '#shared/platform/clients.ts'
import type { Config } from '#shared/platform/config.ts'
import { createTokenSource } from '#shared/platform/tokens.ts'
import { createObjectStore } from '#shared/storage/object-store.ts'
import { completeClients } from '../../../local/clients.ts'
import { systemClock } from '../../../local/telegram/clock.ts'
import { startTelegramSimulator, type TelegramSimulator } from '../../../local/telegram/server.ts'
import type { RunningFunction } from '../../../templates/node24-ts/contract.ts'
import { createTestDatabase } from '../../support/database.ts'
import { createSteps, type Moment } from './steps.ts'
import { startWireProxy, throughProxy } from './wire-proxy.ts'

const TARIFF_FILE = fileURLToPath(new URL('../../../tariff.yml', import.meta.url))
/** Nobody listens there: wake-ups go nowhere, and notices stay jobs. */
const NOWHERE = 'http://127.0.0.1:9'
/** So much older are the lines of the provider's book: reconcile looks at nothing younger than a minute. */
const BOOK_AGE_MS = 180_000

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
export type LaneReply = { status: number; body: any; isReplayed: boolean }

export type LaneCall = {
  functionName: string
  method?: string
  path?: string
  body?: unknown
  key?: string | undefined
  /** The client that calls: `client` unless said. */
  as?: 'client' | 'cron'
}

/** Where a call is broken off: at which of its round trips to the database. */
export type Crash = { step: number; moment: Moment }

/** Functions of this process on a database of their own, called without sockets; and the same once more behind a line that can be cut. */
export type Lane = {
  ownerSql: Sql
  sim: TelegramSimulator
  call: (call: LaneCall) => Promise<LaneReply>
  /** What a function wrote into its log last, of errors. */
  lastError: () => string
  /** The call is broken off where it says; undefined when it ended before. Then it is to be delivered again. */
  callCut: (call: LaneCall, crash: Crash) => Promise<{ reply: LaneReply; wasCut: boolean }>
  /** On the line of `callCut`, at the same time. */
  callBesides: (call: LaneCall) => Promise<LaneReply>
  /** What a broken line left behind (its lease could not be given back) is over, as after a minute. */
  expireLeases: () => Promise<void>
  close: () => Promise<void>
}

const callOf =
  (
    functions: ReadonlyMap<string, RunningFunction>,
    tokensOf: Record<'client' | 'cron', (audience: string) => Promise<string>>,
  ) =>
  async ({
    functionName,
    method = 'POST',
    path = '/',
    body,
    key,
    as = 'client',
  }: LaneCall): Promise<LaneReply> => {
    const running = functions.get(functionName)
    if (!running) throw new Error(`The function ${functionName} is not open in this lane.`)
    const [pathname = '/', query] = path.split('?')
    const response = await running.handle({
      method,
      path: pathname,
      query: new URLSearchParams(query),
      headers: {
        authorization: `Bearer ${await tokensOf[as](functionName)}`,
        'content-type': 'application/json',
        ...(method === 'GET' ? {} : { 'idempotency-key': key ?? randomUUID() }),
      },
      body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
      signal: new AbortController().signal,
    })
    const text = response.body.toString()
    return {
      status: response.status,
      body: text === '' ? undefined : JSON.parse(text),
      isReplayed: response.headers['idempotency-replayed'] === 'true',
    }
  }

export const openLane = async (
  definitions: readonly DefinedFunction[],
  changes: Partial<Config> = {},
): Promise<Lane> => {
  const database = await createTestDatabase()
  const steps = createSteps()
  const proxy = await startWireProxy(database.appUrl, steps)
  const sim = await startTelegramSimulator({
    port: 0,
    token: `${100_000 + randomBytes(2).readUInt16BE()}:${randomBytes(18).toString('hex')}`,
    clock: { ...systemClock, now: () => Date.now() - BOOK_AGE_MS },
  })
  const servers = inject('servers')
  const suffix = randomBytes(5).toString('hex')
  const buckets = {
    avatars: `avatars-${suffix}`,
    transcripts: `transcripts-${suffix}`,
    backups: `backups-${suffix}`,
  }
  // reconcile looks into them as well
  const storage = createObjectStore({
    ...servers.s3,
    publicEndpoint: servers.s3.endpoint,
    region: 'us-east-1',
    timeoutMs: 5_000,
  })
  await Promise.all(Object.values(buckets).map((bucket) => storage.ensureBucket(bucket)))
  storage.close()
  const clients = parseClients(completeClients(undefined))
  const tokensAs = (id: string) => {
    const client = clients.find(id)
    if (!client) throw new Error(`There is no client ${id}.`)
    return createTokenSource(client)
  }
  const tokensOf = { client: tokensAs('client'), cron: tokensAs('cron') }
  const config: Omit<Config, 'functionName'> = {
    logLevel: 'error',
    gatewayUrl: NOWHERE,
    tariffFile: TARIFF_FILE,
    rateLimits: false,
    allowCronWakeup: false,
    deadlineMs: 15_000,
    clients,
    metricsToken: 'metrics-token-of-the-tests',
    databaseUrl: database.appUrl,
    redisUrl: servers.redisUrl,
    storage: { ...servers.s3, publicEndpoint: servers.s3.endpoint, region: 'us-east-1', buckets },
    telegram: { token: sim.token, apiRoot: sim.apiRoot },
    webhookSecret: undefined,
    masterKeys: undefined,
    signingKey: randomBytes(32).toString('hex'),
    providers: { telegram: { token: 'provider-token-of-tests', currency: 'RUB' }, yookassa: undefined },
    ...changes,
  }
  let lastError = ''
  const keepError = (line: string): void => {
    lastError = line
  }
  const open = async (databaseUrl: string): Promise<Map<string, RunningFunction>> => {
    const opened = await Promise.all(
      definitions.map((definition) =>
        definition.open(
          { ...config, databaseUrl, functionName: definition.name },
          { writeLog: keepError, runtimeMetrics: false },
        ),
      ),
    )
    return new Map(opened.map((running) => [running.name, running]))
  }
  const direct = await open(database.appUrl)
  const cuttable = await open(throughProxy(database.appUrl, proxy))
  const callCuttable = callOf(cuttable, tokensOf)
  return {
    ownerSql: database.ownerSql,
    sim,
    call: callOf(direct, tokensOf),
    lastError: () => lastError,
    callBesides: callCuttable,
    expireLeases: async () => {
      await database.ownerSql`update leases set expires_at = now() where expires_at > now()`
    },
    callCut: async (call, { step, moment }) => {
      steps.arm(step, moment)
      const reply = await callCuttable(call)
      const wasCut = !steps.isArmed()
      steps.disarm()
      return { reply, wasCut }
    },
    close: async () => {
      await Promise.all([...direct.values(), ...cuttable.values()].map((running) => running.close()))
      await proxy.close()
      await sim.close()
      await database.drop()
    },
  }
}
