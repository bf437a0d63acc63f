import { Counter } from 'prom-client'
import {
  buryUpdate,
  type Claim,
  claimUpdate,
  finishUpdate,
  MAX_ATTEMPTS,
  releaseUpdate,
  stateOfUpdate,
} from '#shared/db/inbox.ts'
import { toPublicError } from '#shared/db/sqlstate.ts'
import { AppError } from '#shared/errors.ts'
import { baseHeaders } from '#shared/http/problem.ts'
import type { Resources } from '#shared/http/resources.ts'
import { openRoute } from '#shared/http/route.ts'
import { redactText } from '#shared/platform/log.ts'
import { cleanText } from '#shared/telegram/clean-text.ts'
import { parseUpdate, type TelegramUpdate } from '#shared/telegram/updates.ts'
import { isWebhookSecretValid } from '#shared/telegram/webhook.ts'
import { apologise } from './apologise.ts'
import { handleUpdate, PutAside } from './handle-update.ts'
import { PRE_CHECKOUT_MS, refusePreCheckout, within } from './pre-checkout.ts'

/** Longer than the deadline of this function: a claim that is older belongs to a process that died. */
const CLAIM_SECONDS = 30
/** Telegram comes back after this long instead of its own growing delays (up to 120 s). */
const RETRY_AFTER_SECONDS = 5
const POLL_MS = 50

type Outcome = 'handled' | 'duplicate' | 'ignored' | 'failed' | 'dead'

const counters = new WeakMap<Resources, Counter<'outcome'>>()

const count = (resources: Resources, outcome: Outcome): void => {
  let counter = counters.get(resources)
  if (!counter) {
    counter = new Counter({
      name: 'kopeika_updates_total',
      help: 'Telegram updates by outcome',
      labelNames: ['outcome'],
      registers: [resources.metrics.registry],
    })
    counters.set(resources, counter)
  }
  counter.inc({ outcome })
}

const parseJson = (body: Buffer): unknown => {
  try {
    // NUL and lone surrogates fit neither jsonb nor the functions' input
    return JSON.parse(body.toString('utf8'), (_key, value) =>
      typeof value === 'string' ? cleanText(value) : value,
    )
  } catch (error) {
    // only what the sender can have caused: any other error is ours, and the update must come again
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined
    throw error
  }
}

const readUpdate = (body: Buffer): { json: unknown; update: TelegramUpdate } | undefined => {
  const json = parseJson(body)
  const update = parseUpdate(json)
  return update && { json, update }
}

const senderIdOf = (update: TelegramUpdate): number | null =>
  update.kind === 'malformed' || update.kind === 'unknown' ? null : (update.from?.id ?? null)

const later = (): AppError =>
  new AppError('unavailable', {
    detail: 'Not handled yet; deliver it again.',
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  })

/** The other delivery answers for the effect: wait for it, so that a 200 of ours never stands for work that may still fail. */
const waitForOther = async (
  resources: Resources,
  updateId: number,
  remainingMs: () => number,
): Promise<Outcome> => {
  while (remainingMs() > 500) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    if ((await stateOfUpdate(resources.sql, updateId)) !== 'busy') return 'duplicate'
  }
  throw later()
}

/** Whether the failure lies in the update (or our code for it) rather than in a part that is away for now. */
const isOwnFault = (error: unknown): boolean =>
  !(error instanceof AppError) ||
  !['unavailable', 'upstream_failed', 'deadline', 'rate_limited', 'in_progress'].includes(error.code)

const describe = (error: unknown): string =>
  redactText(error instanceof Error ? `${error.name}: ${error.message}` : String(error))

const settleFailure = async (
  resources: Resources,
  updateId: number,
  attempts: number,
  caught: unknown,
): Promise<Outcome> => {
  const { sql, log } = resources
  const error = toPublicError(caught)
  if (caught instanceof PutAside || (isOwnFault(error) && attempts >= MAX_ATTEMPTS)) {
    await buryUpdate(sql, updateId, { attempts, reason: describe(caught) })
    log.error({ err: caught, updateId, attempts }, 'an update was put aside as a dead letter')
    return 'dead'
  }
  await releaseUpdate(sql, updateId, { attempts, reason: describe(caught), isOwnFault: isOwnFault(error) })
  log.warn({ err: caught, updateId, attempts }, 'an update failed and will be delivered again')
  count(resources, 'failed')
  throw error instanceof AppError && error.retryAfterSeconds !== undefined ? error : later()
}

/**
 * Stores and claims an update. A pre-checkout query has no time to come again until the database is back: undefined, once it was refused.
 * Nothing is lost with it, since it changes nothing; and it is left in the inbox as done if it got there all the same.
 */
const claim = async (
  resources: Resources,
  json: unknown,
  update: TelegramUpdate,
): Promise<Claim | undefined> => {
  const { sql, log } = resources
  const { updateId, kind } = update
  const claiming = claimUpdate(
    sql,
    { updateId, kind, telegramId: senderIdOf(update), body: json },
    CLAIM_SECONDS,
  )
  if (update.kind !== 'pre_checkout_query') return claiming
  try {
    return await within(PRE_CHECKOUT_MS, claiming)
  } catch (error) {
    claiming
      .then(({ state }) => (state === 'claimed' ? finishUpdate(sql, updateId) : undefined))
      .catch((late: unknown) => log.debug({ err: late, updateId }, 'a refused query is not in the inbox'))
    await refusePreCheckout(resources, update.preCheckoutQuery, error)
    return undefined
  }
}

const takeIn = async (
  resources: Resources,
  json: unknown,
  update: TelegramUpdate,
  remainingMs: () => number,
  requestId: string,
  signal: AbortSignal,
): Promise<Outcome> => {
  const { sql } = resources
  const claimed = await claim(resources, json, update)
  if (claimed === undefined) return 'handled'
  if (claimed.state === 'busy') return waitForOther(resources, update.updateId, remainingMs)
  if (claimed.state !== 'claimed') return 'duplicate'
  if (claimed.attempts > MAX_ATTEMPTS) {
    await buryUpdate(sql, update.updateId, {
      attempts: claimed.attempts,
      reason: 'Its handler died each time.',
    })
    resources.log.error({ updateId: update.updateId }, 'an update was put aside: its handler died each time')
    return 'dead'
  }
  try {
    await handleUpdate({ resources, update, requestId, signal })
  } catch (error) {
    const outcome = await settleFailure(resources, update.updateId, claimed.attempts, error)
    if (outcome === 'dead') await apologise(resources, update, requestId)
    return outcome
  }
  await finishUpdate(sql, update.updateId)
  return 'handled'
}

/**
 * POST /: stored before it is answered (design 5.4). Handled: 200 with an empty body (a body with `method` would be executed as a Bot
 * API call). Not yet: 503 with Retry-After. Never 4xx for a body that we do not understand: Telegram retries 4xx for 24 h.
 */
export const webhook = openRoute({
  method: 'POST',
  path: '/',
  summary: "Telegram's webhook (setWebhook with secret_token)",
  answers: {},
  run: async ({ request, resources, remainingMs, requestId, signal }) => {
    const secret = request.headers['x-telegram-bot-api-secret-token']
    if (!isWebhookSecretValid(secret, [resources.config.webhookSecret ?? ''])) {
      throw new AppError('unauthenticated', { detail: 'Wrong or missing secret token.' })
    }
    const read = readUpdate(request.body)
    if (!read || read.update.kind === 'unknown') {
      resources.log.warn({ bytes: request.body.length }, 'a webhook call carried no update that we know')
      count(resources, 'ignored')
    } else {
      count(resources, await takeIn(resources, read.json, read.update, remainingMs, requestId, signal))
    }
    return { status: 200, headers: baseHeaders(requestId), body: '' }
  },
})
