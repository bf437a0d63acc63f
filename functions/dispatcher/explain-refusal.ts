import { AppError } from '#shared/errors.ts'
import type { OutgoingMessage } from '#shared/telegram/outgoing.ts'
import type { Chat } from './chat.ts'
import { screenBelow } from './keyboards.ts'

const MEGABYTE = 1_000_000

const wholeNumber = (value: unknown, fallback: number): number =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : fallback

/**
 * What to tell the person when a function refused: an answer, since repeating would end the same. Undefined where the update should be
 * delivered again instead.
 */
export const explainRefusal = (chat: Chat, error: unknown): OutgoingMessage | undefined => {
  if (!(error instanceof AppError)) return undefined
  const { say, resources } = chat
  const plain = (text: string): OutgoingMessage => ({ kind: 'text', text })
  switch (error.code) {
    case 'insufficient_funds': {
      const missing = wholeNumber(error.extra.missing, 0)
      const price = wholeNumber(error.extra.price, missing)
      return {
        kind: 'text',
        text: say('insufficient-funds', {
          price,
          missing,
          spendable: Math.max(0, price - missing),
          debt: wholeNumber(error.extra.debt, 0),
        }),
        keyboard: [[screenBelow(chat, 'topup'), screenBelow(chat, 'menu')]],
      }
    }
    case 'forbidden': {
      // shut out between our look and the function's
      if (error.extra.account === 'blocked')
        return plain(say('account-blocked', { contact: resources.tariff.support.contact }))
      // anything else that is forbidden is ours to mend
      if (error.extra.limit !== 'daily') return undefined
      const limit = chat.person.settings.dailyLimit ?? 0
      return {
        kind: 'text',
        text: say('daily-limit-reached', { limit, left: wholeNumber(error.extra.left, 0) }),
        keyboard: [[screenBelow(chat, 'settings'), screenBelow(chat, 'menu')]],
      }
    }
    case 'rate_limited':
      return plain(say('rate-limited', { seconds: Math.max(1, Math.ceil(error.retryAfterSeconds ?? 1)) }))
    case 'too_large':
      return plain(
        say('too-large', { megabytes: Math.floor(resources.tariff.limits.image.maxBytes / MEGABYTE) }),
      )
    case 'unsupported_media':
      return plain(say('unsupported-file'))
    case 'unprocessable_media':
      return plain(say('unreadable-image'))
    case 'file_not_found':
      return plain(say('busy-try-later'))
    case 'transcript_not_found':
      return plain(say('transcript-gone'))
    case 'not_found':
    case 'user_not_found':
    case 'avatar_not_found':
    case 'pack_not_found':
    case 'order_not_found':
    case 'payment_not_found':
      return plain(say('old-button'))
    case 'conflict':
      return error.extra.limit === 'avatars'
        ? {
            kind: 'text',
            text: say('avatars-full', { room: wholeNumber(error.extra.perPerson, 0) }),
            keyboard: [[screenBelow(chat, 'avatar'), screenBelow(chat, 'menu')]],
          }
        : plain(say('old-button'))
    default:
      return undefined
  }
}
