import { randomInt } from 'node:crypto'
import type { Update } from '@grammyjs/types'
import { mergeOver } from '../misbehave/answer.ts'
import { nowSeconds } from './clock.ts'
import type { PendingUpdate, Webhook } from './model.ts'
import { type SimulatorState, takeNumber } from './state.ts'
import { currentWebhook, forgetUpdate, waitingUpdates } from './updates.ts'
import { runAnswer } from './webhook-answer.ts'

export type DeliveryOptions = {
  /** Posts to the webhook; a test puts its own in place of the network. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>
  /** The cap of the wait between retries, in seconds; random between 60 and 120 at Telegram. */
  retryCapSeconds?: () => number
}

export type Delivery = { stop: () => Promise<void> }

/** Telegram hangs up on a webhook that says nothing for this long. */
const ANSWER_TIMEOUT_MS = 60_000
/** Longest wait that a `Retry-After` header gets (WebhookActor.cpp). */
const RETRY_AFTER_CAP_SECONDS = 3600

type Queue = {
  waiting: PendingUpdate[]
  failures: number
  state: 'idle' | 'busy' | 'pausing'
  cancelPause: () => void
}

/** Wait of a fault that gives none. */
const FAULT_DELAY_MS = 1_000

type Outcome =
  | { delivered: true }
  | { delivered: false; reason: string; retryAfterSeconds: number | undefined }

const readRetryAfter = (response: Response): number | undefined => {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return seconds > 0 ? Math.min(Math.ceil(seconds), RETRY_AFTER_CAP_SECONDS) : undefined
}

/** The names that a rule may mean an update by: its kind, and for a message what it carries (`successful_payment`, `text` ...). */
const kindsOf = (update: Update): string[] => [
  ...Object.keys(update).filter((name) => name !== 'update_id'),
  ...Object.keys(update.message ?? {}),
]

const isExpired = (state: SimulatorState, { expiresAt }: PendingUpdate): boolean =>
  nowSeconds(state.clock) > expiresAt

/**
 * Delivers waiting updates to the webhook, if there is one, as Telegram does (section A of its facts): one at a time in a
 * queue, queues side by side up to `max_connections`; anything but a 2xx is tried again at once, then after 2, 4, 8 s ... up to a
 * random 60 to 120 s, or when `Retry-After` says; what is too old is dropped. Telegram also deletes a webhook that answers 410
 * for 23 hours: that is left out.
 */
export const startDelivery = (state: SimulatorState, options: DeliveryOptions = {}): Delivery => {
  const { fetch: post = fetch, retryCapSeconds = () => randomInt(60, 121) } = options
  const stopping = new AbortController()
  const queues = new Map<string, Queue>()
  /** Updates that the rules had their chance with: one that is tried again is not struck again. */
  const judged = new WeakSet<PendingUpdate>()
  let queuesApart = 0
  const running = new Set<Promise<void>>()
  let session = new AbortController()

  const send = async (webhook: Webhook, pending: PendingUpdate): Promise<Outcome> => {
    const headers: Record<string, string> = { 'content-type': 'application/json' }
    if (webhook.secretToken !== undefined) headers['x-telegram-bot-api-secret-token'] = webhook.secretToken
    const timeout = new AbortController()
    const cancelTimeout = state.clock.setTimeout(() => timeout.abort(), ANSWER_TIMEOUT_MS)
    try {
      const signal = AbortSignal.any([timeout.signal, session.signal, stopping.signal])
      const body = JSON.stringify(pending.update)
      const response = await post(webhook.url, { method: 'POST', headers, body, signal, redirect: 'manual' })
      const answer = await response.text()
      if (!response.ok) {
        const reason = `Wrong response from the webhook: ${response.status} ${response.statusText}`.trim()
        return { delivered: false, reason, retryAfterSeconds: readRetryAfter(response) }
      }
      await runAnswer(state, answer)
      return { delivered: true }
    } catch (error) {
      const reason = timeout.signal.aborted ? 'Read timeout expired' : 'Connection failed'
      state.log(`webhook: ${reason}: ${error instanceof Error ? error.message : String(error)}`)
      return { delivered: false, reason, retryAfterSeconds: undefined }
    } finally {
      cancelTimeout()
    }
  }

  const noteFailure = (reason: string) => {
    const webhook = currentWebhook(state)
    if (webhook === undefined) return
    const changed = { ...webhook, lastErrorDate: nowSeconds(state.clock), lastErrorMessage: reason }
    state.settings.set('webhook', { kind: 'webhook', webhook: changed })
  }

  const delaySeconds = (queue: Queue, retryAfterSeconds: number | undefined): number => {
    if (retryAfterSeconds !== undefined) return retryAfterSeconds
    return queue.failures === 1 ? 0 : Math.min(2 ** (queue.failures - 1), retryCapSeconds())
  }

  const finish = (queue: Queue, pending: PendingUpdate) => {
    forgetUpdate(state, pending.update.update_id)
    queue.waiting.shift()
    queue.failures = 0
    queue.state = 'idle'
  }

  const pause = (queue: Queue, delayMs: number) => {
    queue.state = 'pausing'
    queue.cancelPause = state.clock.setTimeout(() => {
      queue.state = 'idle'
      pump()
    }, delayMs)
  }

  /** A queue of its own, so that neither those before nor those behind hold it up. */
  const enqueueApart = (pending: PendingUpdate, delayMs: number) => {
    judged.add(pending)
    const queue: Queue = { waiting: [pending], failures: 0, state: 'idle', cancelPause: () => {} }
    queuesApart += 1
    queues.set(`apart:${queuesApart}`, queue)
    if (delayMs > 0) pause(queue, delayMs)
  }

  /** The same content under another number, as after a lost answer of the bot on Telegram's side. */
  const withNewNumber = (pending: PendingUpdate): PendingUpdate => {
    const update = { ...pending.update, update_id: takeNumber(state, 'updateId') }
    const copy = { ...pending, update }
    state.pending.set(update.update_id, copy)
    return copy
  }

  /** Does what a rule asks for, the first time that the update comes up; true = it is delivered now. */
  const passesRules = (queue: Queue, pending: PendingUpdate): boolean => {
    if (judged.has(pending)) return true
    judged.add(pending)
    const rule = state.rules.ofWebhook(kindsOf(pending.update))
    const delayMs = rule?.delayMs ?? FAULT_DELAY_MS
    switch (rule?.do) {
      case 'lose':
        finish(queue, pending)
        return false
      case 'delay':
        pause(queue, delayMs)
        return false
      case 'reorder':
        queue.waiting.shift()
        enqueueApart(pending, Math.ceil(rule.random() * delayMs))
        return false
      case 'duplicate':
        enqueueApart({ ...pending }, rule.delayMs ?? 0)
        return true
      case 'second-update':
        enqueueApart(withNewNumber(pending), rule.delayMs ?? 0)
        return true
      case 'alter':
        pending.update = mergeOver({ ...pending.update }, rule.fields ?? {}) as unknown as Update
        return true
      default:
        return true
    }
  }

  /** The update to deliver now, if that queue has one. */
  const headOf = (queue: Queue): PendingUpdate | undefined => {
    while (queue.state === 'idle') {
      const pending = queue.waiting[0]
      if (pending === undefined) return undefined
      if (isExpired(state, pending)) finish(queue, pending)
      else if (passesRules(queue, pending)) return pending
    }
    return undefined
  }

  const deliverHead = async (queue: Queue, pending: PendingUpdate, webhook: Webhook) => {
    const ours = session
    const fault = state.faults.beforeDelivery?.(pending)
    if (fault === 'repeat') await send(webhook, pending)
    const outcome: Outcome = fault === 'lose' ? { delivered: true } : await send(webhook, pending)
    if (stopping.signal.aborted || ours !== session) return
    if (outcome.delivered) return finish(queue, pending)
    noteFailure(outcome.reason)
    queue.failures += 1
    const delay = delaySeconds(queue, outcome.retryAfterSeconds)
    if (nowSeconds(state.clock) + delay > pending.expiresAt) return finish(queue, pending)
    pause(queue, delay * 1000)
  }

  const pump = () => {
    const webhook = currentWebhook(state)
    if (webhook === undefined || stopping.signal.aborted) return
    for (const [name, queue] of queues) {
      if (running.size >= webhook.maxConnections) return
      const pending = headOf(queue)
      if (queue.waiting.length === 0) queues.delete(name)
      if (pending === undefined) continue
      queue.state = 'busy'
      const work = deliverHead(queue, pending, webhook).finally(() => {
        running.delete(work)
        pump()
      })
      running.add(work)
    }
  }

  const enqueue = (pending: PendingUpdate) => {
    const queue = queues.get(pending.queue)
    if (queue !== undefined) queue.waiting.push(pending)
    else queues.set(pending.queue, { waiting: [pending], failures: 0, state: 'idle', cancelPause: () => {} })
  }

  const clearQueues = () => {
    for (const queue of queues.values()) queue.cancelPause()
    queues.clear()
  }

  /** Another webhook, or none: whatever was on its way to the old one is tried at the new one. */
  const reset = () => {
    session.abort()
    session = new AbortController()
    clearQueues()
    if (currentWebhook(state) !== undefined) waitingUpdates(state).forEach(enqueue)
    pump()
  }

  const unsubscribe = state.updateSignals.subscribe((signal) => {
    if (signal.type === 'reset') return reset()
    if (currentWebhook(state) === undefined) return
    enqueue(signal.pending)
    pump()
  })
  reset()

  return {
    stop: async () => {
      unsubscribe()
      stopping.abort()
      clearQueues()
      await Promise.allSettled(running)
    },
  }
}
