import { setTimeout as delay } from 'node:timers/promises'
import type { Api } from 'grammy/web'
import { classifyTelegramError, type TelegramErrorKind } from './errors.ts'
import { callsFor } from './message-calls.ts'
import type { OutgoingMessage } from './outgoing.ts'

/** What the sender needs of the pacer in shared/cache/pacing.ts. */
export type SendPacer = {
  reserve: (
    chatId: number,
    options: { priority: SendPriority; maxWaitMs: number },
  ) => Promise<{ reserved: boolean; waitMs: number }>
  penalise: (target: number | 'all', seconds: number) => Promise<void>
}

export type SendPriority = 'high' | 'normal' | 'low'

export type SendFailureReason =
  /** Never again, until the person unblocks the bot. */
  | 'blocked'
  /** Never again: the account or chat is no more. */
  | 'gone'
  | 'rate_limited'
  /** This message will never be taken; others may. */
  | 'rejected'
  | 'unavailable'

export type SendOutcome =
  | { ok: true; messageId: number }
  | {
      ok: false
      reason: SendFailureReason
      description: string
      retryAfterSeconds?: number
      /** Of a text in several parts: those that arrived. Given back as `skipParts`, they are not sent again. */
      partsSent: number
      /** True when no answer came: the message may have arrived all the same, and sent again would be there twice. */
      maybeDelivered: boolean
    }

export type SendOptions = { priority?: SendPriority; skipParts?: number }

export type Sender = {
  /** Sends one message, waiting for its turn. Never throws for what Telegram or the network does. */
  send: (chatId: number, message: OutgoingMessage, options?: SendOptions) => Promise<SendOutcome>
}

export type SenderSettings = {
  api: Api
  pacer: SendPacer
  /** A turn that is further away is answered with `rate_limited`, and nothing is booked. */
  maxWaitMs?: number
  /** For invoices in money; Stars need none. */
  providerToken?: string
  sleep?: (ms: number) => Promise<unknown>
}

const REASON_OF: Readonly<Record<TelegramErrorKind, SendFailureReason>> = {
  blocked: 'blocked',
  deactivated: 'gone',
  chat_not_found: 'gone',
  rate_limited: 'rate_limited',
  not_modified: 'rejected',
  too_old: 'rejected',
  file_not_found: 'rejected',
  file_too_big: 'rejected',
  already_refunded: 'rejected',
  bad_request: 'rejected',
  forbidden: 'rejected',
  // The operator's to mend: the message is not lost meanwhile.
  unauthorized: 'unavailable',
  conflict: 'unavailable',
  unavailable: 'unavailable',
}

/** Sends messages in the pace that Telegram allows and turns every failure into an outcome to act upon. */
export const createSender = (settings: SenderSettings): Sender => {
  const { api, pacer, maxWaitMs = 3000, providerToken = '', sleep = delay } = settings

  const failed = async (chatId: number, error: unknown, partsSent: number): Promise<SendOutcome> => {
    const { kind, description, retryAfterSeconds, outcomeUnknown } = classifyTelegramError(error)
    if (retryAfterSeconds !== undefined) await pacer.penalise(chatId, retryAfterSeconds)
    return {
      ok: false,
      reason: REASON_OF[kind],
      description,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      partsSent,
      maybeDelivered: outcomeUnknown,
    }
  }

  return {
    send: async (chatId, message, { priority = 'normal', skipParts = 0 } = {}) => {
      const calls = callsFor(api, chatId, message, providerToken)
      let partsSent = Math.min(skipParts, Math.max(0, calls.length - 1))
      let messageId: number | undefined
      for (const call of calls.slice(partsSent)) {
        const { reserved, waitMs } = await pacer.reserve(chatId, { priority, maxWaitMs })
        if (!reserved) {
          return {
            ok: false,
            reason: 'rate_limited',
            description: 'no free turn soon enough',
            retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
            partsSent,
            maybeDelivered: false,
          }
        }
        if (waitMs > 0) await sleep(waitMs)
        try {
          messageId = await call()
        } catch (error) {
          return failed(chatId, error, partsSent)
        }
        partsSent += 1
      }
      if (messageId !== undefined) return { ok: true, messageId }
      return {
        ok: false,
        reason: 'rejected',
        description: 'nothing to see',
        partsSent,
        maybeDelivered: false,
      }
    },
  }
}
