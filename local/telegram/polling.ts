import type { Update } from '@grammyjs/types'
import { conflict } from './api-error.ts'
import type { SimulatorState } from './state.ts'
import { currentWebhook, forgetUpdate, setAllowedUpdates, waitingUpdates } from './updates.ts'

export type PollOptions = {
  offset: number
  limit: number
  timeoutSeconds: number
  allowedUpdates: string[] | undefined
  /** Aborted when the caller hangs up. */
  signal: AbortSignal
}

const WEBHOOK_ACTIVE =
  "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
const OTHER_POLL = 'terminated by other getUpdates request; make sure that only one bot instance is running'

/** The poll that is waiting; a newer one ends it. */
const waitingPolls = new WeakMap<SimulatorState, (error: Error) => void>()

/** A negative offset counts from the newest update and forgets all before. */
const confirmUpTo = (state: SimulatorState, offset: number): void => {
  const waiting = waitingUpdates(state)
  const firstKept = offset < 0 ? (waiting.at(offset) ?? waiting[0])?.update.update_id : offset
  for (const { update } of waiting) {
    if (firstKept !== undefined && update.update_id < firstKept) forgetUpdate(state, update.update_id)
  }
}

const untilUpdate = (state: SimulatorState, timeoutSeconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle = (run: () => void) => {
      cancel()
      unsubscribe()
      signal.removeEventListener('abort', hangUp)
      if (waitingPolls.get(state) === terminate) waitingPolls.delete(state)
      run()
    }
    const hangUp = () => settle(resolve)
    const terminate = (error: Error) => settle(() => reject(error))
    const cancel = state.clock.setTimeout(() => settle(resolve), timeoutSeconds * 1000)
    const unsubscribe = state.updateSignals.subscribe((change) => {
      if (change.type === 'added') return settle(resolve)
      if (currentWebhook(state) !== undefined) terminate(conflict('terminated by setWebhook request'))
    })
    signal.addEventListener('abort', hangUp)
    waitingPolls.set(state, terminate)
  })

/**
 * `getUpdates`: confirms what lies before `offset`, then answers what waits, or waits for it up to the timeout.
 * Throws Telegram's 409 while a webhook is set and for a poll that another one displaces.
 */
export const pollUpdates = async (state: SimulatorState, options: PollOptions): Promise<Update[]> => {
  const { offset, limit, timeoutSeconds, signal } = options
  if (currentWebhook(state) !== undefined) throw conflict(WEBHOOK_ACTIVE)
  waitingPolls.get(state)?.(conflict(OTHER_POLL))
  setAllowedUpdates(state, options.allowedUpdates)
  if (offset !== 0) confirmUpTo(state, offset)
  const firstWanted = Math.max(offset, 0)
  const ready = () =>
    waitingUpdates(state)
      .filter(({ update }) => update.update_id >= firstWanted)
      .slice(0, limit)
      .map(({ update }) => update)
  const updates = ready()
  if (updates.length > 0 || timeoutSeconds === 0) return updates
  await untilUpdate(state, timeoutSeconds, signal)
  return ready()
}
