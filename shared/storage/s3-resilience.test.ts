import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '#shared/errors.ts'
import { createObjectStore, type ObjectStore } from './object-store.ts'

type Answer = (response: ServerResponse, request: IncomingMessage) => void

/** An S3 server that fails as told: `answer` is called for every request. */
let answer: Answer
let server: Server
let requests: number
let connections: number
let store: ObjectStore
const stores: ObjectStore[] = []

const open = (timeoutMs: number, port = portOf(server)): ObjectStore => {
  const endpoint = `http://127.0.0.1:${port}`
  const keys = { accessKey: 'access', secretKey: 'secret-of-the-store' }
  const made = createObjectStore({
    endpoint,
    publicEndpoint: endpoint,
    region: 'us-east-1',
    ...keys,
    timeoutMs,
  })
  stores.push(made)
  return made
}

const portOf = (listening: Server): number => {
  const address = listening.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

const status =
  (code: number, body = ''): Answer =>
  (response) =>
    response.writeHead(code, { 'content-type': 'application/xml' }).end(body)
const missing = status(404, '<Error><Code>NoSuchKey</Code><Message>no</Message></Error>')
const read = (from = store): Promise<Buffer> => from.get('bucket', 'key', { maxBytes: 1_000 })

beforeEach(async () => {
  requests = 0
  connections = 0
  server = createServer((request, response) => {
    requests += 1
    answer(response, request)
  })
  server.on('connection', () => {
    connections += 1
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  store = open(5_000)
})

afterEach(async () => {
  vi.useRealTimers()
  for (const opened of stores.splice(0)) opened.close()
  server.closeAllConnections()
  if (server.listening) await once(server.close(), 'close')
})

describe('a failing store', () => {
  it('is unavailable, quickly, when nothing listens', async () => {
    const down = open(5_000, 1)
    const started = performance.now()
    const error: unknown = await read(down).catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'unavailable', status: 503, retryAfterSeconds: 5 })
    expect(performance.now() - started).toBeLessThan(4_500)
    if (!(error instanceof AppError)) throw new Error('no AppError')
    expect(error.detail).not.toMatch(/127\.0\.0\.1|ECONN|secret/)
    expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('is asked again after a 503, over the same connection', async () => {
    answer = (response, request) =>
      (requests < 3 ? status(503, 'x'.repeat(50_000)) : status(200, 'bytes'))(response, request)
    expect((await read()).toString()).toBe('bytes')
    expect(requests).toBe(3)
    expect(connections).toBe(1)
  })

  it('gives up after two more tries, and after one for a readiness probe', async () => {
    answer = status(500)
    await expect(read()).rejects.toMatchObject({ code: 'unavailable' })
    expect(requests).toBe(3)
    await expect(store.check('bucket')).rejects.toMatchObject({ code: 'unavailable' })
    expect(requests).toBe(4)
  })

  it('is given up after timeoutMs, and the request is ended', async () => {
    const gone = Promise.withResolvers<void>()
    answer = (_response, request) => request.socket.once('close', () => gone.resolve())
    const started = performance.now()
    await expect(read(open(150))).rejects.toMatchObject({ code: 'unavailable' })
    expect(performance.now() - started).toBeLessThan(4_000)
    await gone.promise
    expect(requests).toBe(1)
  })

  it('never passes on half an object', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('only the beginning', () => response.destroy())
    }
    await expect(read()).rejects.toMatchObject({ code: 'unavailable' })
    expect(requests).toBe(3)
  })

  it('is not believed when it confirms other bytes', async () => {
    const bytes = Buffer.from('bytes')
    const put = (): Promise<void> => store.put('bucket', 'key', bytes, { contentType: 'text/plain' })
    const confirm =
      (headers: Record<string, string>): Answer =>
      (response) =>
        response.writeHead(200, headers).end()
    const other = createHash('md5').update('other').digest('hex')
    answer = confirm({ etag: `"${other}"` })
    await expect(put()).rejects.toMatchObject({ code: 'unavailable' })
    answer = confirm({ etag: `"${other}"`, 'x-amz-server-side-encryption': 'aws:kms' })
    await put()
    answer = confirm({ etag: `"${createHash('md5').update(bytes).digest('hex')}"` })
    await put()
  })

  it('is asked once when it refuses clearly', async () => {
    answer = status(403, '<Error><Code>AccessDenied</Code><Message>no</Message></Error>')
    await expect(read()).rejects.toMatchObject({ code: 'unavailable', cause: { code: 'AccessDenied' } })
    expect(requests).toBe(1)
  })

  it('has a bucket that another process made meanwhile, and none that belongs to others', async () => {
    const taken = status(409, '<Error><Code>BucketAlreadyExists</Code><Message>no</Message></Error>')
    const race =
      (afterwards: number): Answer =>
      (response, request) => {
        if (request.method === 'PUT') taken(response, request)
        else status(requests === 1 ? 404 : afterwards)(response, request)
      }
    answer = race(200)
    await store.ensureBucket('bucket')
    expect(requests).toBe(3)
    requests = 0
    answer = race(403)
    await expect(store.ensureBucket('bucket')).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('lacks features that it refuses, and is unavailable where it fails', async () => {
    const plan = { versioning: 'off', sweep: true } as const
    answer = status(403, '<Error><Code>AccessDenied</Code><Message>not you</Message></Error>')
    expect(await store.setUpBucket('bucket', plan)).toEqual(
      ['private', 'encryption', 'versioning', 'lifecycle'].map((feature) => ({
        feature,
        state: 'missing',
        reason: 'AccessDenied: not you',
      })),
    )
    answer = status(500)
    await expect(store.setUpBucket('bucket', plan)).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('that takes an order without heeding it lacks the feature', async () => {
    const none =
      '<Error><Code>ServerSideEncryptionConfigurationNotFoundError</Code><Message>no</Message></Error>'
    answer = (response, request) => {
      if (request.url?.includes('encryption') && request.method === 'GET')
        status(404, none)(response, request)
      else if (request.method === 'PUT') status(200)(response, request)
      else status(403, '<Error><Code>AccessDenied</Code><Message>no</Message></Error>')(response, request)
    }
    const outcomes = await store.setUpBucket('bucket', { versioning: 'as-it-is', sweep: false })
    expect(outcomes).toContainEqual({
      feature: 'encryption',
      state: 'missing',
      reason: 'objects lie in the clear',
    })
  })

  it('fails a removal that it refuses in part', async () => {
    answer = status(200, '<DeleteResult><Error><Key>b</Key><Code>AccessDenied</Code></Error></DeleteResult>')
    await expect(store.remove('bucket', ['a', 'b'])).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('the breaker', () => {
  const failFiveTimes = async (): Promise<void> => {
    answer = status(500)
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => read()))
    expect(results.map((result) => result.status)).toEqual(Array(5).fill('rejected'))
  }

  it('answers at once after five failures, and lets one call probe 5 s later', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    await failFiveTimes()
    const asked = requests
    answer = status(200, 'bytes')
    await expect(read()).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 5 })
    expect(requests).toBe(asked)
    vi.setSystemTime(Date.now() + 5_001)
    expect((await read()).toString()).toBe('bytes')
    expect((await read()).toString()).toBe('bytes')
    expect(requests).toBe(asked + 2)
  })

  it('lets a waiting caller go while another call probes', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    await failFiveTimes()
    vi.setSystemTime(Date.now() + 5_001)
    const asked = Promise.withResolvers<ServerResponse>()
    answer = (response) => asked.resolve(response)
    const probe = read()
    const held = await asked.promise
    const caller = new AbortController()
    const waiting = store.get('bucket', 'key', { maxBytes: 9, signal: caller.signal })
    caller.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'deadline' })
    held.end('bytes')
    expect((await probe).toString()).toBe('bytes')
  })

  it('does not count missing objects', async () => {
    answer = missing
    for (let i = 0; i < 6; i++) await expect(read()).rejects.toMatchObject({ code: 'file_not_found' })
    expect(requests).toBe(6)
  })

  it('does not count callers who went away', async () => {
    for (let i = 0; i < 6; i++) {
      const caller = new AbortController()
      answer = () => caller.abort()
      await expect(store.get('bucket', 'key', { maxBytes: 9, signal: caller.signal })).rejects.toMatchObject({
        code: 'deadline',
      })
    }
    answer = status(200, 'bytes')
    expect((await read()).toString()).toBe('bytes')
    expect(requests).toBe(7)
  })
})

describe('a caller who leaves', () => {
  it('gets the AppError that the signal carries', async () => {
    const caller = new AbortController()
    answer = () => caller.abort(new AppError('rate_limited'))
    await expect(store.stat('bucket', 'key', { signal: caller.signal })).rejects.toMatchObject({
      code: 'rate_limited',
    })
  })

  it('starts nothing when it has left already', async () => {
    answer = status(200)
    await expect(store.check('bucket', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'deadline',
    })
    expect(requests).toBe(0)
  })
})

describe('createObjectStore', () => {
  it.each(['http://host/path', 'http://user@host', 'host:9000', 'ftp://host'])(
    'refuses the address %s',
    (endpoint) => {
      const keys = { accessKey: 'a', secretKey: 'b' }
      expect(() =>
        createObjectStore({ endpoint, publicEndpoint: endpoint, region: 'r', ...keys, timeoutMs: 1 }),
      ).toThrow(Error)
    },
  )
})
