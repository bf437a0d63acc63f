import { describe, expect, test } from 'vitest'
import { withDeadline } from './deadline.ts'

const calm = new AbortController().signal

describe('withDeadline', () => {
  test('gives what the work gives, and its failure', async () => {
    await expect(withDeadline(1_000, calm, async () => 7)).resolves.toBe(7)
    const failure = new Error('of the work')
    await expect(
      withDeadline(1_000, calm, async () => {
        throw failure
      }),
    ).rejects.toBe(failure)
  })

  test('answers `deadline` when time is up, and the work sees the aborted signal', async () => {
    const aborted = Promise.withResolvers<unknown>()
    const call = withDeadline(20, calm, ({ signal }) => {
      signal.addEventListener('abort', () => aborted.resolve(signal.reason))
      return new Promise(() => undefined)
    })
    await expect(call).rejects.toMatchObject({ code: 'deadline', status: 504 })
    await expect(aborted.promise).resolves.toMatchObject({ code: 'deadline' })
  })

  test('work that fails after its time is up troubles nobody', async () => {
    const late = Promise.withResolvers<never>()
    await expect(withDeadline(10, calm, () => late.promise)).rejects.toMatchObject({ code: 'deadline' })
    // an unhandled rejection would fail this test file
    late.reject(new Error('too late'))
    await new Promise((resolve) => setImmediate(resolve))
  })

  test('the time left shrinks and never falls below zero', async () => {
    const { promise, resolve } = Promise.withResolvers<() => number>()
    const call = withDeadline(30, calm, ({ remainingMs }) => {
      expect(remainingMs()).toBeGreaterThan(0)
      expect(remainingMs()).toBeLessThanOrEqual(30)
      resolve(remainingMs)
      return new Promise(() => undefined)
    })
    await expect(call).rejects.toMatchObject({ code: 'deadline' })
    // a timer may fire a fraction of a millisecond early
    expect((await promise)()).toBeLessThan(2)
    expect((await promise)()).toBeGreaterThanOrEqual(0)
  })

  test('a caller that hangs up aborts the signal, before and during the work; the work decides what to do', async () => {
    const during = new AbortController()
    const seen = withDeadline(1_000, during.signal, ({ signal }) => {
      const gone = new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)))
      during.abort('gone')
      return gone
    })
    await expect(seen).resolves.toBe('gone')
    await expect(
      withDeadline(1_000, AbortSignal.abort('gone before'), async ({ signal }) => signal.reason),
    ).resolves.toBe('gone before')
  })

  test('after the answer the signal of the caller is left alone', async () => {
    const caller = new AbortController()
    let signal: AbortSignal | undefined
    await withDeadline(1_000, caller.signal, async (deadline) => {
      signal = deadline.signal
    })
    caller.abort()
    expect(signal?.aborted).toBe(false)
  })
})
