import { expect, it } from 'vitest'
import { keepRunning } from './keep-running.ts'
import type { ChildEnd } from './services/children.ts'

const fakeProcess = () => {
  const exit = Promise.withResolvers<ChildEnd>()
  return {
    exited: exit.promise,
    end: () => exit.resolve({ code: 1, signal: null }),
    stop: async () => exit.resolve({ code: 0, signal: null }),
  }
}

it('starts what ended again, with a growing wait while it fails, and stops for good', async () => {
  const started: ReturnType<typeof fakeProcess>[] = []
  const said: string[] = []
  const isUp = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let failures = 2
  let downs = 0
  const kept = await keepRunning<ReturnType<typeof fakeProcess>>({
    name: 'toy',
    firstBackoffMs: 1,
    signal: new AbortController().signal,
    say: (line) => said.push(line),
    start: async (previous) => {
      if (previous && failures > 0) {
        failures -= 1
        throw new Error('not yet')
      }
      const one = fakeProcess()
      started.push(one)
      return one
    },
    onUp: () => isUp[started.length - 1]?.resolve(),
    onDown: () => {
      downs += 1
    },
  })
  kept.first.end()
  await isUp[1]?.promise
  expect(said).toEqual([
    'toy: ended (code 1); starting it again in 0.001 s',
    'toy: not yet; starting it again in 0.002 s',
    'toy: not yet; starting it again in 0.004 s',
  ])
  await kept.stop()
  expect([started.length, downs, said.length]).toEqual([2, 2, 3])
})

it('throws the error of the first start', async () => {
  const start = async () => {
    throw new Error('broken')
  }
  const { signal } = new AbortController()
  await expect(keepRunning({ name: 'toy', signal, say: () => {}, start })).rejects.toThrow('broken')
})

it('puts another one in the place of the running one: first the new one, then the end of the old one', async () => {
  const started: ReturnType<typeof fakeProcess>[] = []
  const events: string[] = []
  let broken = false
  const kept = await keepRunning<ReturnType<typeof fakeProcess>>({
    name: 'toy',
    firstBackoffMs: 1,
    signal: new AbortController().signal,
    say: (line) => events.push(line),
    start: async () => {
      if (broken) throw new Error('not this time')
      const one = fakeProcess()
      started.push(one)
      return one
    },
    onUp: (one) => events.push(`up ${started.indexOf(one)}`),
    onDown: () => events.push('down'),
  })
  const { stopped } = await kept.replace()
  await stopped
  expect(await kept.first.exited).toEqual({ code: 0, signal: null })
  // the end of the old one is no failure: nothing goes down, and nothing is started again
  expect(events).toEqual(['up 0', 'up 1'])
  broken = true
  await expect(kept.replace()).rejects.toThrow('not this time')
  expect(started).toHaveLength(2)
  broken = false
  started[1]?.end()
  await expect.poll(() => events.at(-1), { interval: 2 }).toBe('up 2')
  await kept.stop()
})
