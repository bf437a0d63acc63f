import { expect, it } from 'vitest'
import { familyOf, stillRunning } from '../e2e/support/processes.ts'
import { startToy } from './support/watched-toy.ts'

const INTERVAL_MS = 1_000
const CALLS = 200

const statusOf = (url: string): Promise<number | 'refused'> =>
  fetch(url).then(
    async (response) => {
      await response.arrayBuffer()
      return response.status
    },
    () => 'refused' as const,
  )

it('SIGTERM under 200 calls, and again: all are answered, new ones too for healthcheck_interval, then it ends with 0', async () => {
  const toy = await startToy()
  const old = toy.current()
  const url = toy.url('/ok')
  const ready = toy.url('/_/ready')
  const underWay = Array.from({ length: CALLS }, () => statusOf(toy.url('/waits?ms=1800')))
  await expect
    .poll(async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${old.metricsPort}/metrics`)).text()
      return Number(/^http_requests_in_flight (\d+)/m.exec(metrics)?.[1])
    })
    .toBe(CALLS)
  const since = performance.now()
  // to the whole group, as faasd does: Node hears it from there and from its watchdog
  process.kill(-old.pid, 'SIGTERM')
  await expect.poll(() => statusOf(ready), { interval: 5 }).toBe(503)
  process.kill(-old.pid, 'SIGTERM')
  const late: (number | 'refused')[] = []
  while (performance.now() - since < INTERVAL_MS - 200) late.push(await statusOf(url))
  expect(late.length).toBeGreaterThan(20)
  expect(new Set(late)).toEqual(new Set([200]))
  expect(new Set(await Promise.all(underWay))).toEqual(new Set([200]))
  expect(await old.exited).toEqual({ code: 0, signal: null })
  // the interval, and less than write_timeout
  expect(performance.now() - since).toBeGreaterThan(INTERVAL_MS - 50)
  expect(performance.now() - since).toBeLessThan(INTERVAL_MS + 4_000)
})

it('what is over in the interval keeps nobody waiting: it ends right after it', async () => {
  const toy = await startToy()
  const old = toy.current()
  const family = familyOf(old.pid)
  expect(family.map(({ command }) => command.split(' ')[0]?.split('/').at(-1))).toEqual(['fwatchdog', 'node'])
  const since = performance.now()
  process.kill(old.pid, 'SIGTERM')
  expect(await old.exited).toEqual({ code: 0, signal: null })
  expect(performance.now() - since).toBeLessThan(INTERVAL_MS + 3_000)
  expect(stillRunning(family)).toEqual([])
})

it('Node ends with a watchdog that was killed, and is killed with it at the latest', async () => {
  const toy = await startToy()
  const old = toy.current()
  const family = familyOf(old.pid)
  process.kill(old.pid, 'SIGKILL')
  await old.exited
  expect(stillRunning(family)).toEqual([])
  await toy.restarted(old)
  expect(await statusOf(toy.url())).toBe(200)
})

it('calls that come at every distance from the last one meet no closed connection', async () => {
  const toy = await startToy()
  // of-watchdog closes its idle connections to Node after 500 ms
  for (let pauseMs = 440; pauseMs <= 560; pauseMs += 10) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => fetch(toy.url('/length'), { method: 'POST', body: 'x' })),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200))
  }
}, 40_000)
