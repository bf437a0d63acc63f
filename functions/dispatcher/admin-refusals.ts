import type { OperatorTask } from '#shared/db/operator-task.ts'
import type { MessageArguments } from '#shared/domain/texts/catalogue.ts'
import { AppError } from '#shared/errors.ts'
import type { Chat } from './chat.ts'

type Refusal = MessageArguments<'admin-refused'>['reason']

/** What went wrong in words; `isOpen` where the same button may be pressed again. */
export type Explained = { text: string; isOpen: boolean }

const ofConflict = ({ extra }: AppError, action: OperatorTask['action']): Refusal | undefined => {
  if (extra.account === 'blocked') return 'blocked-already'
  if (extra.account === 'open') return 'not-blocked'
  if (extra.account === 'operator') return 'is-operator'
  if (action === 'discard') return 'no-dead-letter'
  if (action === 'resolve') return 'not-waiting'
  if (action !== 'refund') return undefined
  if (extra.failure !== undefined) return 'provider-refused'
  return extra.refundId === undefined ? 'nothing-left' : 'under-way'
}

const reasonOf = (error: AppError, action: OperatorTask['action']): Refusal | undefined => {
  switch (error.code) {
    case 'user_not_found':
      return 'person-gone'
    case 'payment_not_found':
      return 'payment-gone'
    case 'conflict':
      return ofConflict(error, action)
    case 'forbidden':
      return error.extra.operator === 'unknown' ? 'not-operator' : undefined
    case 'invalid_input':
      if (action === 'refund') return 'made-outside'
      return action === 'credit' || action === 'resolve' ? 'too-many-coins' : undefined
    default:
      return undefined
  }
}

const AWAY = new Set(['unavailable', 'upstream_failed', 'deadline', 'in_progress', 'rate_limited'])

/** Why a deed was not done, for the operator; undefined for what is a fault of ours. */
export const explainFailure = (chat: Chat, error: unknown, task: OperatorTask): Explained | undefined => {
  if (!(error instanceof AppError)) return undefined
  if (AWAY.has(error.code)) return { text: chat.say('admin-away'), isOpen: true }
  if (error.code === 'insufficient_funds') {
    const missing = Number.isSafeInteger(error.extra.missing) ? Number(error.extra.missing) : 0
    return { text: chat.say('admin-refused-short', { coins: task.coins ?? 0, missing }), isOpen: false }
  }
  const reason = reasonOf(error, task.action)
  return reason === undefined ? undefined : { text: chat.say('admin-refused', { reason }), isOpen: false }
}
