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
