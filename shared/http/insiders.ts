import { AppError } from '#shared/errors.ts'
import type { Client } from '#shared/platform/clients.ts'
import type { Config } from '#shared/platform/config.ts'
import { TelegramId } from './subject.ts'

/** The functions that hear of money from the providers. The cabinet, which faces everybody, is none of them: taken over it could not pay itself. */
const HEARS_OF_PAYMENTS = new Set(['dispatcher', 'payment-webhook', 'reconcile'])

/**
 * News of money from outside comes through our own functions, which have it from the provider; or by an operator. Any other program that
 * may top up (`top-up:write`) can offer invoices, and must not be able to say that they were paid.
 * @throws AppError forbidden
 */
export const requireInsider = (caller: Client): void => {
  if ((caller.internal && HEARS_OF_PAYMENTS.has(caller.id)) || caller.scopes.has('admin')) return
  throw new AppError('forbidden', {
    detail: `The client ${caller.id} hears of no payments itself: it needs the scope admin to report them.`,
  })
}

/** In the body of what only an operator may ask for: for whom our own dispatcher asks. Other callers have the scope admin and leave it out. */
export const actingOperator = { operator: TelegramId.optional() }

/**
 * Who answers for an operator's deed, as ledger and audit log name them: the program with the scope `admin`, or the person of the operators'
 * list for whom the bot asks. The list is looked at here as well, whatever the dispatcher has found in its own.
 * @throws AppError forbidden
 */
export const operatorOf = (
  caller: Client,
  operator: number | undefined,
  { operators = [] }: Pick<Config, 'operators'>,
): string => {
  if (operator !== undefined) {
    if (!(caller.internal && caller.id === 'dispatcher')) {
      throw new AppError('forbidden', {
        detail: `The client ${caller.id} speaks for no operator: it acts for itself, with the scope admin.`,
      })
    }
    if (operators.includes(operator)) return `operator:${operator}`
    throw new AppError('forbidden', {
      detail: 'This person is no operator (OPERATOR_TELEGRAM_IDS).',
      extra: { operator: 'unknown' },
    })
  }
  if (caller.scopes.has('admin')) return caller.id
  throw new AppError('forbidden', { detail: `The client ${caller.id} lacks the scope admin.` })
}
