export type Load = { perSecond: number; p50Ms: number; p99Ms: number; failed: number }

/** `sorted` rises. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

export const median = (figures: readonly number[]): number =>
  percentile(
    figures.toSorted((a, b) => a - b),
    0.5,
  )

/** `workers` loops that call `once` one after another for `seconds`, after a warm-up of a fifth of that. */
export const runLoad = async (
  workers: number,
  seconds: number,
  once: (worker: number) => Promise<boolean>,
): Promise<Load> => {
  const startedAt = performance.now()
  const countFrom = startedAt + seconds * 200
  const endsAt = countFrom + seconds * 1000
  const times: number[] = []
  let failed = 0
  const loop = async (worker: number): Promise<void> => {
    for (let before = performance.now(); before < endsAt; before = performance.now()) {
      const isGood = await once(worker)
      if (before < countFrom) continue
      times.push(performance.now() - before)
      if (!isGood) failed += 1
    }
  }
  await Promise.all(Array.from({ length: workers }, (_, worker) => loop(worker)))
  times.sort((a, b) => a - b)
  return {
    perSecond: (times.length - failed) / seconds,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    failed,
  }
}

export const describeLoad = (name: string, load: Load): string =>
  `  ${name.padEnd(34)} ${Math.round(load.perSecond).toString().padStart(7)}/s   p50 ${load.p50Ms.toFixed(1)} ms   p99 ${load.p99Ms.toFixed(1)} ms   ${load.failed} failed`
