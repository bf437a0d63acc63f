import { expect, test } from 'vitest'
import { createGroup } from './group-commit.ts'

const fulfilled = <T>(value: T): PromiseSettledResult<T> => ({ status: 'fulfilled', value })

/** A group whose batches end when they are told to. */
const openGroup = (maxItems = 100, lanes = 1) => {
  const batches: { items: string[]; end: () => void }[] = []
  const started: (() => void)[] = []
  const group = createGroup<string, string>({
    maxItems,
    lanes,
    run: (items) =>
      new Promise((resolve) => {
        batches.push({ items, end: () => resolve(items.map((item) => fulfilled(item.toUpperCase()))) })
        started.shift()?.()
      }),
  })
  /** Items of a line of their own unless said. */
  const submit = (item: string, identity: string, line = item) => group(item, { identity, line })
  const nextBatch = (): Promise<void> => new Promise((resolve) => void started.push(resolve))
  return { submit, batches, nextBatch }
}

test('idle, a lone item runs at once; what comes meanwhile is the next batch, in order', async () => {
  const { submit, batches, nextBatch } = openGroup()
  const first = nextBatch()
  const a = submit('a', 'a')
  await first
  const rest = ['b', 'c', 'd'].map((item) => submit(item, item))
  expect(batches.map(({ items }) => items)).toEqual([['a']])
  const second = nextBatch()
  batches[0]?.end()
  expect(await a).toBe('A')
  await second
  expect(batches[1]?.items).toEqual(['b', 'c', 'd'])
  batches[1]?.end()
  expect(await Promise.all(rest)).toEqual(['B', 'C', 'D'])
})

test('what arrives in one turn of the event loop runs together', async () => {
  const { submit, batches, nextBatch } = openGroup()
  const first = nextBatch()
  const all = [submit('a', 'a'), submit('b', 'b')]
  await first
  batches[0]?.end()
  await Promise.all(all)
  expect(batches).toHaveLength(1)
})

test('the same identity never twice in a batch, and never out of order', async () => {
  const { submit, batches, nextBatch } = openGroup()
  const first = nextBatch()
  const all = [submit('a1', 'a'), submit('b', 'b'), submit('a2', 'a'), submit('a3', 'a'), submit('c', 'c')]
  await first
  for (const expected of [['a1', 'b', 'c'], ['a2'], ['a3']]) {
    const batch = batches.at(-1)
    expect(batch?.items).toEqual(expected)
    const following = nextBatch()
    batch?.end()
    if (expected[0] !== 'a3') await following
  }
  expect(await Promise.all(all)).toEqual(['A1', 'B', 'A2', 'A3', 'C'])
})

test('a batch has a largest size; the oldest come first', async () => {
  const { submit, batches, nextBatch } = openGroup(2)
  const first = nextBatch()
  const all = ['a', 'b', 'c'].map((item) => submit(item, item))
  await first
  expect(batches[0]?.items).toEqual(['a', 'b'])
  const second = nextBatch()
  batches[0]?.end()
  await second
  expect(batches[1]?.items).toEqual(['c'])
  batches[1]?.end()
  await Promise.all(all)
})

test('two batches at a time, but never two of one line: there the order of arrival holds', async () => {
  const { submit, batches, nextBatch } = openGroup(100, 2)
  const first = nextBatch()
  const a = submit('a1', 'a1', 'a')
  await first
  const second = nextBatch()
  const others = [submit('a2', 'a2', 'a'), submit('b1', 'b1', 'b'), submit('a3', 'a3', 'a')]
  await second
  expect(batches.map(({ items }) => items)).toEqual([['a1'], ['b1']])
  const third = nextBatch()
  batches[0]?.end()
  await a
  await third
  expect(batches[2]?.items).toEqual(['a2', 'a3'])
  batches[1]?.end()
  batches[2]?.end()
  await Promise.all(others)
})

test('each item has its own outcome; a batch that fails fails all of its items, and the next one runs', async () => {
  let run = 0
  const submit = createGroup<number, number>({
    maxItems: 10,
    lanes: 1,
    run: async (items) => {
      run += 1
      if (run === 2) throw new Error('away')
      return items.map((item) =>
        item % 2 === 0 ? fulfilled(item) : { status: 'rejected', reason: new Error(`odd ${item}`) },
      )
    },
  })
  const settle = (items: number[]) =>
    Promise.allSettled(items.map((item) => submit(item, { identity: String(item), line: 'one' })))
  expect(await settle([2, 3])).toMatchObject([{ value: 2 }, { reason: { message: 'odd 3' } }])
  expect(await settle([4, 6])).toMatchObject([
    { reason: { message: 'away' } },
    { reason: { message: 'away' } },
  ])
  expect(await settle([8])).toMatchObject([{ value: 8 }])
})

test('what is everybody’s failure is told to those who wait, too; whoever comes later is tried', async () => {
  let run = 0
  const started = Promise.withResolvers<void>()
  const silence = Promise.withResolvers<void>()
  const submit = createGroup<number, number>({
    maxItems: 1,
    lanes: 1,
    isEverybodys: (error) => error instanceof Error && error.message === 'silent',
    run: async (items) => {
      run += 1
      if (run > 1) return items.map(fulfilled)
      started.resolve()
      await silence.promise
      throw new Error('silent')
    },
  })
  const ask = (item: number) => submit(item, { identity: String(item), line: String(item) })
  const first = ask(1)
  await started.promise
  const all = Promise.allSettled([first, ask(2), ask(3)])
  silence.resolve()
  expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(run).toBe(1)
  expect(await ask(4)).toBe(4)
})
