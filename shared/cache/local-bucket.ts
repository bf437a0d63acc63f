/** `tokens` come back every `intervalMs`, up to `burst`. */
export type Refill = { tokens: number; intervalMs: number; burst: number }

export type LocalBuckets = {
  /** Takes one token of `key`; milliseconds until there is one again, 0 when it was taken. */
  take: (key: string) => number
}

/**
 * Token buckets in this process alone, with the arithmetic of the shared ones. Stands in while Redis is away: every
 * replica then counts for itself. At most `maxKeys` are remembered; the one unused for longest is forgotten first.
 */
export const createLocalBuckets = (refill: Refill, now: () => number, maxKeys = 10_000): LocalBuckets => {
  const buckets = new Map<string, { tokens: number; refilledAtMs: number }>()

  const current = (key: string, nowMs: number): { tokens: number; refilledAtMs: number } => {
    const bucket = buckets.get(key)
    if (bucket === undefined) return { tokens: refill.burst, refilledAtMs: nowMs }
    const refills = Math.max(0, Math.floor((nowMs - bucket.refilledAtMs) / refill.intervalMs))
    return {
      tokens: Math.min(refill.burst, bucket.tokens + refills * refill.tokens),
      refilledAtMs: bucket.refilledAtMs + refills * refill.intervalMs,
    }
  }

  const remember = (key: string, bucket: { tokens: number; refilledAtMs: number }): void => {
    // Deleted first, so that the map's order is the order of use.
    buckets.delete(key)
    buckets.set(key, bucket)
    if (buckets.size <= maxKeys) return
    const oldest = buckets.keys().next()
    if (!oldest.done) buckets.delete(oldest.value)
  }

  return {
    take: (key) => {
      const nowMs = now()
      const { tokens, refilledAtMs } = current(key, nowMs)
      const allowed = tokens >= 1
      remember(key, { tokens: allowed ? tokens - 1 : tokens, refilledAtMs })
      return allowed ? 0 : Math.max(1, refilledAtMs + refill.intervalMs - nowMs)
    },
  }
}
