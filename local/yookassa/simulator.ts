import { mergeOver } from '../misbehave/answer.ts'
import { createFaults, type Faults } from '../misbehave/rules.ts'
import type { Clock } from '../telegram/clock.ts'
import { createShiftedClock } from '../telegram/shifted-clock.ts'
import type { MovableClock } from '../telegram/state.ts'
import { parseAmount } from './amounts.ts'
import { type Book, openBook, PAY_WITHIN_MS } from './book.ts'
import { invalid } from './errors.ts'
import type { Payment, PendingNotification } from './model.ts'
import { type Notifier, startNotifier } from './notifications.ts'
import { showPayment, showRefund } from './views.ts'

export type YookassaOptions = {
  /** The shop's number and key: the caller's login and password. */
  shopId: string
  secretKey: string
  /** Where notifications go; none unless given here or by `setWebhook`. A state file keeps it. */
  webhookUrl?: string
  /** JSON lines; everything survives a restart. Without it the simulator forgets at its end. */
  stateFile?: string
  /** Whether payments are test payments (default: true). */
  test?: boolean
  clock?: MovableClock
  /** Wait before a notification's next try, in milliseconds. */
  retryDelayMs?: (failures: number) => number
  log?: (line: string) => void
}

/** An object of the API, as JSON. */
export type Shown = Record<string, unknown>

export type ShownBook = {
  payments: Shown[]
  refunds: Shown[]
  notifications: PendingNotification[]
  webhook: string | null
}

/** What happens outside of the shop: people, the operator in YooKassa's cabinet, tests. */
export type YookassaActions = {
  /** All payments and refunds, oldest first, the notifications on their way, and where they go. */
  book: () => ShownBook
  /** The person pays. Throws where it is not to be paid (any more). */
  pay: (id: string) => Shown
  cancel: (id: string) => Shown
  /** A refund made in YooKassa's cabinet: the whole rest, or an amount such as "10.00". */
  refund: (paymentId: string, amount?: string) => Shown
  /** Ends a refund that a rule left pending. */
  settleRefund: (id: string, status: 'succeeded' | 'canceled') => Shown
  /** Sends one notification about the payment or refund now, true or not: `fields` goes over the object. */
  notify: (id: string, event?: string, fields?: Shown) => void
  setWebhook: (url: string | undefined) => void
  /** Moves the simulator's time on; false where its clock cannot. */
  advance: (seconds: number) => Promise<boolean>
  /** Settles when no notification is on its way any more. */
  settled: () => Promise<void>
  faults: Faults
}

export type YookassaCore = {
  actions: YookassaActions
  book: Book
  clock: Clock
  notifier: Notifier
  show: (payment: Payment) => Shown
  /** Said by the server once it listens: where the pay page is. */
  setApiRoot: (apiRoot: string) => void
  close: () => Promise<void>
}

const EXPIRED = { party: 'yoo_money', reason: 'expired_on_confirmation' }

/** Closes payments that nobody has paid in time; one timer for each of them. */
const watchExpiry = (book: Book, clock: Clock) => {
  const timers = new Map<string, () => void>()
  const watch = ({ id, status, createdAtMs }: Payment): void => {
    if (status !== 'pending') return
    const cancel = clock.setTimeout(
      () => {
        timers.delete(id)
        if (book.payments.get(id)?.status === 'pending') book.cancel(id, EXPIRED)
      },
      Math.max(0, createdAtMs + PAY_WITHIN_MS - clock.now()),
    )
    timers.set(id, cancel)
  }
  const stop = (): void => {
    for (const cancel of timers.values()) cancel()
  }
  return { watch, stop }
}

/** The simulator without its port. Throws an Error of one sentence where the state file is damaged. */
export const createYookassa = (options: YookassaOptions): YookassaCore => {
  const { shopId, test = true, stateFile, log = () => {}, retryDelayMs } = options
  const clock: MovableClock = options.clock ?? createShiftedClock()
  const faults = createFaults()
  let apiRoot = ''
  const show = (payment: Payment): Shown => showPayment(payment, { shopId, test }, apiRoot)

  const opened = openBook(clock, stateFile, (event, about) =>
    notifier.send(event, 'paymentId' in about ? showRefund(about) : show(about)),
  )
  const notifier = startNotifier({
    clock,
    book: opened,
    faults,
    log,
    ...(retryDelayMs === undefined ? {} : { retryDelayMs }),
  })
  if (options.webhookUrl !== undefined) notifier.setWebhook(options.webhookUrl)
  const expiry = watchExpiry(opened, clock)
  for (const payment of opened.payments.values()) expiry.watch(payment)
  const book: Book = {
    ...opened,
    addPayment: (input) => {
      const payment = opened.addPayment(input)
      expiry.watch(payment)
      return payment
    },
  }

  const readSum = (amount: string | undefined, rest: number): number => {
    const minor = amount === undefined ? rest : parseAmount(amount)
    if (minor === undefined || minor < 1) throw invalid('The amount must look like "10.00"', 'amount')
    return minor
  }
  const objectOf = (id: string): Shown => {
    const refund = book.refunds.get(id)
    return refund === undefined ? show(book.payment(id)) : showRefund(refund)
  }

  const actions: YookassaActions = {
    faults,
    book: () => ({
      payments: [...book.payments.values()].map(show),
      refunds: [...book.refunds.values()].map(showRefund),
      notifications: [...book.notifications.values()],
      webhook: notifier.webhook() ?? null,
    }),
    pay: (id) => show(book.pay(id)),
    cancel: (id) => show(book.cancel(id)),
    refund: (paymentId, amount) => {
      const { amount: whole, refunded, currency } = book.payment(paymentId)
      return showRefund(book.addRefund({ paymentId, amount: readSum(amount, whole - refunded), currency }))
    },
    settleRefund: (id, status) => showRefund(book.settleRefund(id, status)),
    notify: (id, event = 'payment.succeeded', fields = {}) =>
      notifier.send(event, mergeOver(objectOf(id), fields), true),
    setWebhook: (url) => notifier.setWebhook(url),
    advance: async (seconds) => {
      await clock.advance?.(seconds * 1000)
      return clock.advance !== undefined
    },
    settled: notifier.settled,
  }
  return {
    actions,
    book,
    clock,
    notifier,
    show,
    setApiRoot: (url) => {
      apiRoot = url
    },
    close: async () => {
      expiry.stop()
      await notifier.stop()
      opened.close()
    },
  }
}
