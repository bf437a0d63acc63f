import { BUTTON, html, plain, TRANSACTION_TYPES, WAYS_TO_PAY } from './message-spec.ts'

/** Messages about money in its detail: why a balance changed, coins set aside, paying by card, refunds. */
export const MONEY_MESSAGES = {
  // why a balance changed: the lines of one entry
  entry: html({
    type: TRANSACTION_TYPES,
    amount: 'number',
    details: 'line',
    date: 'line',
    before: 'number',
    after: 'number',
  }),
  'entry-why': html({ type: TRANSACTION_TYPES }),
  'entry-units': html({ units: 'number', price: 'number' }),
  'entry-price-version': html({ priceVersion: 'line' }),
  'entry-work': html({ work: ['avatar', 'transcript'], isKept: ['kept', 'gone'] }),
  'entry-payment': html({ provider: WAYS_TO_PAY, amount: 'line', coins: 'number', paymentId: 'line' }),
  'entry-refund': html({
    origin: ['operator', 'self_service', 'outside'],
    amount: 'line',
    coins: 'number',
    debt: 'number',
  }),
  'entry-open-transcript': plain(BUTTON, {}),
  'entry-hold': html({ coins: 'number', date: 'line' }),

  // coins set aside
  'button-reserved': plain(BUTTON, { coins: 'number' }),
  'holds-title': html({ coins: 'number' }),
  'holds-line': html({ details: 'line', coins: 'number', date: 'line' }),
  'holds-empty': html({}),

  // paying by card
  'button-way': plain(BUTTON, { way: WAYS_TO_PAY }),
  'topup-way': html({ way: WAYS_TO_PAY, coins: 'number' }),
  'topup-pay': html({ way: WAYS_TO_PAY, title: 'line', coins: 'number', amount: 'line' }),
  'topup-way-closed': html({}),
  'button-pay': plain(BUTTON, { amount: 'line' }),
  'button-check': plain(BUTTON, {}),
  'order-state': html({ state: ['open', 'paid', 'suspense', 'canceled', 'expired'], coins: 'number' }),

  // refunds that people ask for themselves
  'refunds-title': html({}),
  'refunds-none': html({}),
  'refund-button': plain(BUTTON, { amount: 'line', date: 'line' }),
  'refund-confirm': html({ amount: 'line', coins: 'number', until: 'line?' }),
  'button-refund': plain(BUTTON, { amount: 'line' }),
  'refund-accepted': html({ state: ['requested', 'done'], amount: 'line', coins: 'number', debt: 'number' }),
  'refund-refused': html({
    reason: ['too_late', 'spent', 'not_refundable', 'already', 'changed', 'provider'],
    days: 'number',
    contact: 'line',
  }),
} as const
