import { randomBytes } from 'node:crypto'
import type { Clock } from '../telegram/clock.ts'
import { openStore, type Table } from '../telegram/store.ts'
import { invalid, YookassaError } from './errors.ts'
import type {
  KeptAnswer,
  NotificationEvent,
  Payment,
  PendingNotification,
  Refund,
  RefundStatus,
} from './model.ts'

/** How long a person may take to pay; then YooKassa closes the payment. */
export const PAY_WITHIN_MS = 3600 * 1000

export type NewPayment = Pick<Payment, 'amount' | 'currency' | 'capture' | 'returnUrl' | 'metadata'> & {
  description?: string | undefined
}

export type NewRefund = {
  paymentId: string
  amount: number
  currency: string
  description?: string | undefined
}

/** Told of everything that YooKassa would send a notification about. */
export type OnEvent = (event: NotificationEvent, about: Payment | Refund) => void

export type Book = {
  payments: Table<Payment>
  refunds: Table<Refund>
  answers: Table<KeptAnswer>
  notifications: Table<PendingNotification>
  settings: Table<string>
  addPayment: (input: NewPayment) => Payment
  /** The person pays. Throws 400 unless it is still to be paid. */
  pay: (id: string) => Payment
  /** The person gives up, or the time is over. Throws 400 for a payment that went through or is closed. */
  cancel: (id: string, why?: Payment['cancellation']) => Payment
  /** Throws 400 for more than what is left, 404 for an unknown payment. `status` other than succeeded: a refund that goes wrong. */
  addRefund: (input: NewRefund, status?: RefundStatus) => Refund
  /** Ends a pending refund. */
  settleRefund: (id: string, status: 'succeeded' | 'canceled') => Refund
  /** Throws 404. */
  payment: (id: string) => Payment
  refund: (id: string) => Refund
  close: () => void
}

const EPOCH_SECONDS = Date.UTC(2000, 0, 1) / 1000

/** Of the form that YooKassa's ids have: the seconds since 2000, then random. */
const makeId = (nowMs: number, kind: '8' | '9'): string => {
  const seconds = Math.floor(nowMs / 1000) - EPOCH_SECONDS
  const random = randomBytes(7).toString('hex')
  return `${seconds.toString(16).padStart(8, '0')}-000f-5000-${kind}${random.slice(0, 3)}-${random.slice(2)}`
}

const refuseUnless = (isFine: boolean, description: string, parameter?: string): void => {
  if (!isFine) throw invalid(description, parameter)
}

/**
 * The simulator's own book of payments and refunds, in memory and, with a state file, written line by line: a killed process loses nothing.
 * Throws an Error of one sentence where that file is damaged.
 */
export const openBook = (clock: Clock, stateFile: string | undefined, onEvent: OnEvent): Book => {
  const store = openStore(stateFile, 'YooKassa')
  const payments = store.table<Payment>('payments')
  const refunds = store.table<Refund>('refunds')

  const payment: Book['payment'] = (id) => {
    const found = payments.get(id)
    if (found === undefined) throw new YookassaError(404, "Payment doesn't exist", 'payment_id')
    return found
  }
  const refund: Book['refund'] = (id) => {
    const found = refunds.get(id)
    if (found === undefined) throw new YookassaError(404, "Refund doesn't exist", 'refund_id')
    return found
  }
  const save = (changed: Payment): Payment => {
    payments.set(changed.id, changed)
    return changed
  }
  /** What refunds under way or done take of the payment. */
  const takenOf = (paymentId: string): number =>
    [...refunds.values()].reduce(
      (sum, one) => (one.paymentId === paymentId && one.status !== 'canceled' ? sum + one.amount : sum),
      0,
    )
  const finishRefund = (changed: Refund): Refund => {
    refunds.set(changed.id, changed)
    if (changed.status !== 'succeeded') return changed
    const of = payment(changed.paymentId)
    save({ ...of, refunded: of.refunded + changed.amount })
    onEvent('refund.succeeded', changed)
    return changed
  }

  return {
    payments,
    refunds,
    answers: store.table('answers'),
    notifications: store.table('notifications'),
    settings: store.table('settings'),
    payment,
    refund,
    addPayment: ({ description, ...input }) =>
      save({
        ...input,
        ...(description === undefined ? {} : { description }),
        id: makeId(clock.now(), '8'),
        sequence: payments.size + 1,
        status: 'pending',
        refunded: 0,
        createdAtMs: clock.now(),
      }),
    pay: (id) => {
      const found = payment(id)
      refuseUnless(found.status === 'pending', `Payment is ${found.status} already`)
      const status = found.capture ? 'succeeded' : 'waiting_for_capture'
      const paid = save({ ...found, status, paidAtMs: clock.now() })
      onEvent(`payment.${status}`, paid)
      return paid
    },
    cancel: (id, why = { party: 'payment_network', reason: 'general_decline' }) => {
      const found = payment(id)
      refuseUnless(
        found.status === 'pending' || found.status === 'waiting_for_capture',
        `Payment is ${found.status} already`,
      )
      const canceled = save({ ...found, status: 'canceled', cancellation: why })
      onEvent('payment.canceled', canceled)
      return canceled
    },
    addRefund: ({ description, ...input }, status = 'succeeded') => {
      const of = payment(input.paymentId)
      refuseUnless(
        of.status === 'succeeded',
        `Payment in the status ${of.status} can't be refunded`,
        'payment_id',
      )
      refuseUnless(input.currency === of.currency, 'Refund in another currency', 'amount.currency')
      refuseUnless(
        input.amount <= of.amount - takenOf(of.id),
        'Refund amount is more than what is left of the payment',
        'amount.value',
      )
      return finishRefund({
        ...input,
        ...(description === undefined ? {} : { description }),
        id: makeId(clock.now(), '9'),
        sequence: refunds.size + 1,
        status,
        createdAtMs: clock.now(),
      })
    },
    settleRefund: (id, status) => {
      const found = refund(id)
      refuseUnless(found.status === 'pending', `Refund is ${found.status} already`)
      return finishRefund({ ...found, status })
    },
    close: () => store.close(),
  }
}
