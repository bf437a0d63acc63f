import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startProxy, type TestProxy } from '#shared/db/tcp-proxy.testing.ts'
import type { Config } from '#shared/platform/config.ts'
import { processEnv } from '#shared/platform/env.ts'
import { handler as avatarUpload } from '../../functions/avatar-upload/handler.ts'
import { handler as notify } from '../../functions/notify/handler.ts'
import { handler as profile } from '../../functions/profile/handler.ts'
import { handler as reconcile } from '../../functions/reconcile/handler.ts'
import { handler as register } from '../../functions/register/handler.ts'
import { handler as transcriptSave } from '../../functions/transcript-save/handler.ts'
import { type House, openHouse } from '../support/house.ts'
import { type S3Proxy, startS3Proxy } from './support/s3-proxy.ts'
import { startVictim, type Victim } from './support/victim.ts'

/** Kills of each kind; a few in `npm test`, 20 in `npm run test:storage`. */
const ROUNDS = Number(processEnv().CRASH_ROUNDS || '4')
const DAY_AND_HOUR_MS = 25 * 60 * 60_000
const OBJECTS_OF_AVATAR = 3

let house: House
let store: S3Proxy
/** Functions of victims wake each other here: it tells that a transaction has been committed. */
let wakes: Server
let onWake = (): void => undefined

beforeAll(async () => {
  house = await openHouse({
    functions: [register, avatarUpload, transcriptSave, profile, notify, reconcile],
  })
  store = await startS3Proxy(house.resourcesOf('avatar-upload').config.storage?.endpoint ?? '')
  wakes = createServer((request, response) => {
    request.resume()
    onWake()
    response.writeHead(202).end()
  })
  await once(wakes.listen(0, '127.0.0.1'), 'listening')
})
afterAll(async () => {
  wakes.closeAllConnections()
  wakes.close()
  await store.close()
  await house.close()
})

const configOf = (functionName: string, database?: TestProxy): Config => {
  const { config } = house.resourcesOf(functionName)
  const url = new URL(config.databaseUrl ?? '')
  if (database) url.port = String(database.port)
  const { port } = wakes.address() as AddressInfo
  return {
    ...config,
    databaseUrl: url.href,
    gatewayUrl: `http://127.0.0.1:${port}`,
    ...(config.storage ? { storage: { ...config.storage, endpoint: store.endpoint } } : {}),
  }
}

const call = async (
  victim: Victim,
  functionName: string,
  request: { method: string; path: string; body?: Buffer | string; type?: string },
): Promise<Response> =>
  fetch(`${victim.url}${request.path}`, {
    method: request.method,
    headers: {
      authorization: `Bearer ${await house.token('client', functionName)}`,
      'idempotency-key': randomUUID(),
      ...(request.type ? { 'content-type': request.type } : {}),
    },
    ...(request.body === undefined
      ? {}
      : { body: typeof request.body === 'string' ? request.body : new Uint8Array(request.body) }),
  })

const picture = (): Promise<Buffer> =>
  sharp(randomBytes(24 * 24 * 3), { raw: { width: 24, height: 24, channels: 3 } })
    .png()
    .toBuffer()
/** So much noise does not fit into the row, compressed or not. */
const longText = (): string => randomBytes(300_000).toString('base64')

type Work = { functionName: 'avatar-upload' | 'transcript-save'; objects: number }
const WORKS: readonly Work[] = [
  { functionName: 'avatar-upload', objects: OBJECTS_OF_AVATAR },
  { functionName: 'transcript-save', objects: 1 },
]

const requestOf = async ({ functionName }: Work, userId: string) =>
  functionName === 'avatar-upload'
    ? { method: 'POST', path: `/?userId=${userId}`, body: await picture(), type: 'image/png' }
    : {
        method: 'POST',
        path: '/',
        body: JSON.stringify({ userId, text: longText(), format: 'text' }),
        type: 'application/json',
      }

const rowsOf = async (): Promise<string[]> => {
  const rows = await house.ownerSql<{ key: string }[]>`
    select k.value as key from user_avatars a, jsonb_each_text(a.avatar_data -> 'keys') k
    union all select object_key from user_transcripts where object_key is not null`
  return rows.map(({ key }) => key)
}

const objects = async (): Promise<string[]> => {
  const keys: string[] = []
  for (const bucket of [house.buckets.avatars, house.buckets.transcripts]) {
    for await (const { key } of house.storage.list(bucket, '')) keys.push(key)
  }
  return keys
}

/** One pass of the janitor, a day later; then rows and objects name each other, all of them. */
const expectCleanAfterJanitor = async (): Promise<{ orphans: number; missing: number }> => {
  house.resourcesOf('reconcile').clock = () => Date.now() + DAY_AND_HOUR_MS
  const reply = await house.call('reconcile', 'POST', '/', { key: null })
  expect(reply.status, JSON.stringify(reply.body)).toBe(200)
  expect((await objects()).toSorted()).toEqual((await rowsOf()).toSorted())
  return reply.body.objects
}

/** A victim that dies at a moment of its own work, however it was called. */
const dieDuring = async (victim: Victim, work: () => Promise<Response>): Promise<void> => {
  const answer = await work().catch(() => undefined)
  if (answer !== undefined)
    throw new Error(`It answered ${answer.status}: ${await answer.text()} ${victim.output()}`)
  await victim.gone
}

/** Kills when the given number of objects is stored; after the last one the database hears nothing more. */
const killBetweenObjectAndRow = async (work: Work, afterObjects: number): Promise<void> => {
  const { functionName } = work
  const { port } = new URL(house.databaseUrl)
  const database = await startProxy({ host: '127.0.0.1', port: Number(port) })
  const victim = await startVictim(functionName, configOf(functionName, database))
  const person = await house.person()
  const request = await requestOf(work, person.id)
  let stored = 0
  store.onAnswered = ({ method }, status) => {
    if (method !== 'PUT' || status !== 200) return
    stored += 1
    if (stored < afterObjects) return
    if (afterObjects === work.objects) database.swallow()
    victim.kill()
  }
  try {
    await dieDuring(victim, () => call(victim, functionName, request))
  } finally {
    store.onAnswered = () => undefined
    victim.kill()
    await database.close()
  }
  expect(stored).toBeGreaterThanOrEqual(afterObjects)
  expect(await house.ownerSql`select 1 from user_avatars where user_id = ${person.id}`).toHaveLength(0)
  expect(await house.ownerSql`select 1 from user_transcripts where user_id = ${person.id}`).toHaveLength(0)
}

test('killed between object and row, again and again', { timeout: 400_000 }, async () => {
  const before = (await objects()).length
  for (let round = 0; round < ROUNDS; round += 1) {
    const work = WORKS[round % WORKS.length]
    if (!work) throw new Error('There is work.')
    await killBetweenObjectAndRow(work, 1 + (Math.floor(round / 2) % work.objects))
  }
  expect((await objects()).length).toBeGreaterThanOrEqual(before + ROUNDS)
  expect((await expectCleanAfterJanitor()).orphans).toBeGreaterThanOrEqual(ROUNDS)
  expect(await expectCleanAfterJanitor()).toEqual({ orphans: 0, missing: 0 })
})

/** Stores one for good, in this process. */
const storeOne = async (work: Work): Promise<{ userId: string; id: string }> => {
  const { id: userId } = await house.person()
  const request = await requestOf(work, userId)
  const { body = '', type = '' } = request
  const reply = await house.call(work.functionName, 'POST', request.path, { raw: { bytes: body, type } })
  expect(reply.status, JSON.stringify(reply.body)).toBe(201)
  return { userId, id: (reply.body.avatar ?? reply.body.transcript).id }
}

const removalOf = (work: Work, { userId, id }: { userId: string; id: string }) =>
  work.functionName === 'avatar-upload'
    ? { functionName: 'profile', method: 'DELETE', path: `/avatars/${id}?userId=${userId}` }
    : { functionName: 'transcript-save', method: 'DELETE', path: `/${id}?userId=${userId}` }

/** The process that has deleted the row dies as soon as that is committed; nobody has touched the object yet. */
const killAfterRow = async (work: Work): Promise<void> => {
  const removal = removalOf(work, await storeOne(work))
  const victim = await startVictim(removal.functionName, configOf(removal.functionName))
  const committed = Promise.withResolvers<void>()
  onWake = () => {
    victim.kill()
    committed.resolve()
  }
  await call(victim, removal.functionName, removal).catch(() => undefined)
  await committed.promise
  onWake = () => undefined
  await victim.gone
}

/** `notify` dies while it removes the objects: before the store hears of it, or after the store has done it. */
const killInRemoval = async (work: Work, plan: 'lose' | 'keep-answer'): Promise<void> => {
  const removal = removalOf(work, await storeOne(work))
  const reply = await house.call(removal.functionName, removal.method, removal.path)
  expect(reply.status).toBe(200)
  // that of the notify before, which died with it, would run out by itself within a minute
  await house.ownerSql`delete from leases`
  const victim = await startVictim('notify', configOf('notify'))
  const isRemoval = ({ method, path }: { method: string; path: string }): boolean =>
    method === 'DELETE' || (method === 'POST' && /[?&]delete/.test(path))
  store.plan = (s3Call) => {
    if (!isRemoval(s3Call)) return 'pass'
    if (plan === 'lose') victim.kill()
    return plan
  }
  store.onAnswered = (s3Call) => {
    if (isRemoval(s3Call)) victim.kill()
  }
  try {
    await dieDuring(victim, () => call(victim, 'notify', { method: 'POST', path: '/' }))
  } finally {
    store.plan = () => 'pass'
    store.onAnswered = () => undefined
    victim.kill()
  }
}

const REMOVALS: readonly ((work: Work) => Promise<void>)[] = [
  killAfterRow,
  (work) => killInRemoval(work, 'lose'),
  (work) => killInRemoval(work, 'keep-answer'),
]

test('killed between row and delete, again and again', { timeout: 400_000 }, async () => {
  const kept = [await storeOne(WORKS[0] as Work), await storeOne(WORKS[1] as Work)]
  await house.settled()
  // only victims remove objects here
  for (const name of ['avatar-upload', 'transcript-save', 'profile']) {
    house.resourcesOf(name).wake = () => undefined
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    const [work, remove] = [WORKS[round % WORKS.length], REMOVALS[Math.floor(round / 2) % REMOVALS.length]]
    if (!work || !remove) throw new Error('There is work.')
    await remove(work)
  }
  expect((await expectCleanAfterJanitor()).orphans).toBeGreaterThan(0)
  expect(await expectCleanAfterJanitor()).toEqual({ orphans: 0, missing: 0 })
  // what nobody removed is there
  expect(await rowsOf()).toHaveLength(OBJECTS_OF_AVATAR + 1)
  expect(kept).toHaveLength(2)
})
