import type { Provider } from '#shared/domain/packs.ts'
import type { Resources } from '#shared/http/resources.ts'

/** What the comparison with the providers has done. */
export type PaymentsTally = {
  /** Lines of the providers' books, and of ours, that were looked at. */
  checked: number
  credited: number
  reversed: number
}

/** What a run does one after the other; a failure of one keeps the others from nothing. */
export type Part = Provider | 'refunds' | 'orders' | 'books' | 'storage' | 'audit' | 'figures'

export type PartFailure = { part: Part; error: unknown }

/** One run: what it works with, and what it has found so far. */
export type Run = {
  resources: Resources
  signal: AbortSignal
  remainingMs: () => number
  tally: PaymentsTally
  /** The line of Telegram's book at which this run began. */
  starsReadFrom: number
  /** Something was queued that `notify` should send. */
  hasNews: boolean
  failures: PartFailure[]
  /** Books that could not be read to their end. */
  incomplete: Set<Provider | 'books'>
}

/** Who did it, in ledger and audit log. */
export const ACTOR = 'reconcile'

/** Younger lines are the webhook's own: it may be at them right now (design, fine print). */
const YOUNG_MS = 60_000

/** A line from so far in the future says that one of the clocks is wrong: waiting for its time would be waiting for hours. */
const SKEWED_MS = 10 * 60_000

/** Whether the webhook has had its time with something of this moment. */
export const isOldEnough = (run: Run, at: Date): boolean => {
  const ageMs = run.resources.clock() - at.getTime()
  return ageMs > YOUNG_MS || ageMs < -SKEWED_MS
}

/** Money that we took is looked for at the provider only after this long: its list may lag. */
const UNSEEN_AFTER_MS = 10 * 60_000

/** Payments of before this moment should stand in the provider's book. */
export const unseenBefore = (run: Run): Date => new Date(run.resources.clock() - UNSEEN_AFTER_MS)

/** Whether so much of the run's time is left. */
export const hasTime = (run: Run, ms: number): boolean => !run.signal.aborted && run.remainingMs() > ms

/** Says when so much of the run's time has passed since now. */
export const spendAtMost = (run: Run, ms: number): (() => boolean) => {
  const from = run.remainingMs()
  return () => from - run.remainingMs() >= ms
}

/** What a run compares with: a provider's book, or the object store. */
export type Compared = Provider | 'storage'

/** A provider, or the store, that could not be asked or answered nonsense: its part of the run ends here. */
export class ProviderAway extends Error {
  override name = 'ProviderAway' as const
  readonly provider: Compared
  constructor(provider: Compared, cause: unknown) {
    super(`${provider} cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
    this.provider = provider
  }
}
