import { beforeAll, describe, expect, it } from 'vitest'
import { startToy, type WatchedToy } from './support/watched-toy.ts'

let toy: WatchedToy

beforeAll(async () => {
  toy = await startToy()
})

/** The status, or that there was no answer at all. */
const outcomeOf = (path: string, init?: RequestInit): Promise<number | 'cut'> =>
  fetch(toy.url(path), init).then(
    async (response) => {
      await response.arrayBuffer()
      return response.status
    },
    () => 'cut' as const,
  )

const expectServes = async (): Promise<void> => expect(await outcomeOf('/ok')).toBe(200)

describe('a handler that', () => {
  it.each(['/throws', '/rejects'])(
    '%s: 500 with a problem document, and the function goes on',
    async (path) => {
      const { pid } = toy.current()
      const response = await fetch(toy.url(path))
      expect(response.status).toBe(500)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      expect(await response.text()).not.toContain('on purpose')
      await expectServes()
      expect(toy.current().pid).toBe(pid)
    },
  )

  it('hangs: 504 at exec_timeout, its signal is aborted, and others are served meanwhile', async () => {
    const since = performance.now()
    const hanging = fetch(toy.url('/hangs'))
    await expectServes()
    const response = await hanging
    expect(response.status).toBe(504)
    expect(response.headers.get('x-openfaas-internal')).toBe('of-watchdog')
    expect(performance.now() - since).toBeGreaterThan(1_900)
    expect(performance.now() - since).toBeLessThan(3_500)
    await expect.poll(async () => (await fetch(toy.url('/aborted'))).text(), { interval: 20 }).toBe('1')
  })

  it.each(['/exits-0', '/exits-3', '/throws-elsewhere', '/rejects-elsewhere'])(
    '%s: never 200, in time, and a new process serves',
    async (path) => {
      const old = toy.current()
      const since = performance.now()
      expect([500, 'cut']).toContain(await outcomeOf(path))
      expect(performance.now() - since).toBeLessThan(3_000)
      // the watchdog ended with an error: that is what platforms heed
      expect(await old.exited).toEqual({ code: 1, signal: null })
      await toy.restarted(old)
      await expectServes()
    },
  )

  it('writes a megabyte in one line: answers in time, and what follows is served and logged', async () => {
    const old = toy.current()
    for (let times = 0; times < 3; times += 1) {
      const signal = AbortSignal.timeout(2_000)
      expect(await outcomeOf('/logs-a-megabyte', { signal })).toBe(200)
      expect(await outcomeOf('/logs-a-megabyte-in-pieces', { signal })).toBe(200)
      await expectServes()
    }
    expect(toy.current()).toBe(old)
    await expect.poll(() => toy.log().match(/^y{1048576}$/gm)?.length, { interval: 20 }).toBe(3)
    expect(toy.log().match(/^x{16384} \[cut: 1048576 characters\]$/gm)).toHaveLength(3)
  })
})

describe('a caller', () => {
  it('that hangs up is known to the handler', async () => {
    const before = Number(await (await fetch(toy.url('/aborted'))).text())
    const caller = new AbortController()
    const call = outcomeOf('/waits-for-abort', { signal: caller.signal })
    await expectServes()
    caller.abort()
    expect(await call).toBe('cut')
    await expect
      .poll(async () => Number(await (await fetch(toy.url('/aborted'))).text()), { interval: 20 })
      .toBe(before + 1)
  })

  it('can make X-Timeout shorter but not longer, which is why the edge strips it', async () => {
    const since = performance.now()
    expect(await outcomeOf('/waits?ms=5000', { headers: { 'x-timeout': '300ms' } })).toBe(504)
    expect(performance.now() - since).toBeLessThan(1_500)
    expect(await outcomeOf('/waits?ms=5000', { headers: { 'x-timeout': '1m' } })).toBe(504)
    expect(performance.now() - since).toBeLessThan(4_500)
  })

  const bytes = new Uint8Array(20_000_000)
  it.each<[string, () => RequestInit & { duplex?: 'half' }]>([
    ['announced', () => ({ body: bytes })],
    ['chunked', () => ({ body: new Blob([bytes]).stream(), duplex: 'half' })],
  ])('with a body over the limit gets 413, never an effect: %s', async (_how, upload) => {
    const outcomes = new Set<number | 'cut'>()
    for (let times = 0; times < 5; times += 1) {
      outcomes.add(await outcomeOf('/length', { method: 'POST', ...upload() }))
    }
    expect(outcomes).toContain(413)
    expect([...outcomes].filter((one) => one !== 413 && one !== 'cut')).toEqual([])
    await expectServes()
  })
})

describe('max_inflight', () => {
  it('429 for what comes beyond, which did not run; not ready while full, ready afterwards', async () => {
    const full = await startToy({ max_inflight: '2' })
    const waiting = [fetch(full.url('/waits?ms=1500')), fetch(full.url('/waits?ms=1500'))]
    await expect.poll(async () => (await fetch(full.url('/_/ready'))).status, { interval: 10 }).toBe(429)
    const beyond = await fetch(full.url('/ok'))
    expect(beyond.status).toBe(429)
    expect(beyond.headers.get('x-openfaas-internal')).toBe('faas-middleware')
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200])
    await expect.poll(async () => (await fetch(full.url('/_/ready'))).status, { interval: 10 }).toBe(200)
    expect((await fetch(full.url('/ok'))).status).toBe(200)
  })
})

it('the watchdog counts its calls for Prometheus', async () => {
  const metrics = await (await fetch(`http://127.0.0.1:${toy.current().metricsPort}/metrics`)).text()
  expect(metrics).toMatch(/^http_requests_total\{code="200",method="get"\} [1-9]/m)
  expect(metrics).toContain('http_request_duration_seconds_bucket')
})
