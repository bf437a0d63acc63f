/** One thing to be done; the same `identity` never twice in a batch: the second finds what the first has done. */
export type Grouped<Item> = { item: Item; identity: string }

export type GroupOptions<Item, Result> = {
  /** Does many at once, each with an outcome of its own, in the order given. */
  run: (items: Item[]) => Promise<PromiseSettledResult<Result>[]>
  maxItems: number
}

type Waiting<Item, Result> = Grouped<Item> & {
  resolve: (result: Result) => void
  reject: (reason: unknown) => void
}

/** Takes the oldest of each identity, up to `max`; what is left keeps its order. */
const takeBatch = <T extends { identity: string }>(queue: T[], max: number): T[] => {
  const batch: T[] = []
  const rest: T[] = []
  const seen = new Set<string>()
  for (const one of queue.splice(0)) {
    if (batch.length < max && !seen.has(one.identity)) batch.push(one)
    else rest.push(one)
    seen.add(one.identity)
  }
  queue.push(...rest)
  return batch
}

/**
 * Group commit: what arrives while a batch is under way forms the next one, first come first served. Idle, nothing waits: an item runs at
 * once, with whatever else arrived in the same turn of the event loop.
 */
export const createGroup = <Item, Result>({
  run,
  maxItems,
}: GroupOptions<Item, Result>): ((item: Item, identity: string) => Promise<Result>) => {
  const queue: Waiting<Item, Result>[] = []
  let isRunning = false

  const runBatch = async (batch: Waiting<Item, Result>[]): Promise<void> => {
    try {
      const outcomes = await run(batch.map(({ item }) => item))
      for (const [index, { resolve, reject }] of batch.entries()) {
        const outcome = outcomes[index]
        if (outcome?.status === 'fulfilled') resolve(outcome.value)
        else reject(outcome?.reason ?? new Error('A batch has left out one of its items.'))
      }
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
  const drain = async (): Promise<void> => {
    while (queue.length > 0) await runBatch(takeBatch(queue, maxItems))
    isRunning = false
  }
  return (item, identity) =>
    new Promise<Result>((resolve, reject) => {
      queue.push({ item, identity, resolve, reject })
      if (isRunning) return
      isRunning = true
      setImmediate(() => void drain())
    })
}
