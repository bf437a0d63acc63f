/** What is asked for, and what decides with which others it may run. */
export type Ticket = {
  /** Never twice in a batch: the second finds what the first has done. */
  identity: string
  /** Never in two batches at a time, so that within it the order of arrival holds (the person whose wallet it is). */
  line: string
}

export type GroupOptions<Item, Result> = {
  /** Does many at once, each with an outcome of its own, in the order given. */
  run: (items: Item[]) => Promise<PromiseSettledResult<Result>[]>
  maxItems: number
  /** Batches under way at a time: while one waits for its commit to reach the disk, the next works. */
  lanes: number
  /** Whether what failed a batch would fail those who wait as well, and make them wait for it first: then they hear of it at once. */
  isEverybodys?: (error: unknown) => boolean
}

type Waiting<Item, Result> = Ticket & {
  item: Item
  resolve: (result: Result) => void
  reject: (reason: unknown) => void
}

/** Takes the oldest that may run now, up to `max`; what is left keeps its order. */
const takeBatch = <T extends Ticket>(queue: T[], max: number, busyLines: ReadonlySet<string>): T[] => {
  const batch: T[] = []
  const rest: T[] = []
  const seen = new Set<string>()
  const closedLines = new Set<string>()
  for (const one of queue.splice(0)) {
    const mayRun = batch.length < max && !seen.has(one.identity) && !closedLines.has(one.line)
    if (mayRun && !busyLines.has(one.line)) {
      batch.push(one)
      seen.add(one.identity)
    } else {
      // who comes after one that waits waits as well
      closedLines.add(one.line)
      rest.push(one)
    }
  }
  queue.push(...rest)
  return batch
}

/**
 * Group commit: what arrives while batches are under way forms the next one, first come first served within a line. Idle, nothing waits:
 * an item runs at once, with whatever else arrived in the same turn of the event loop.
 */
export const createGroup = <Item, Result>({
  run,
  maxItems,
  lanes,
  isEverybodys = () => false,
}: GroupOptions<Item, Result>): ((item: Item, ticket: Ticket) => Promise<Result>) => {
  const queue: Waiting<Item, Result>[] = []
  const busyLines = new Set<string>()
  let running = 0
  let isDue = false

  const runBatch = async (batch: Waiting<Item, Result>[]): Promise<void> => {
    try {
      const outcomes = await run(batch.map(({ item }) => item))
      for (const [index, { resolve, reject }] of batch.entries()) {
        const outcome = outcomes[index]
        if (outcome?.status === 'fulfilled') resolve(outcome.value)
        else reject(outcome?.reason ?? new Error('A batch has left out one of its items.'))
      }
    } catch (error) {
      const failed = isEverybodys(error) ? [...batch, ...queue.splice(0)] : batch
      for (const { reject } of failed) reject(error)
    }
  }
  const start = (): void => {
    isDue = false
    while (running < lanes && queue.length > 0) {
      const batch = takeBatch(queue, maxItems, busyLines)
      if (batch.length === 0) return
      running += 1
      for (const { line } of batch) busyLines.add(line)
      void runBatch(batch).then(() => {
        running -= 1
        for (const { line } of batch) busyLines.delete(line)
        start()
      })
    }
  }
  return (item, ticket) =>
    new Promise<Result>((resolve, reject) => {
      queue.push({ item, ...ticket, resolve, reject })
      if (isDue || running === lanes) return
      isDue = true
      setImmediate(start)
    })
}
