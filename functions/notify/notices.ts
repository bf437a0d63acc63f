import { z } from 'zod'
import type { NoticeKind } from '#shared/db/jobs.ts'
import { CoinAmount, CoinBalance } from '#shared/domain/coins.ts'
import { bodySubject, Id } from '#shared/http/subject.ts'

const Line = z.string().min(1).max(1_000)
const Currency = z.string().regex(/^[A-Z]{3}$/, 'must be a currency code of three letters')
/** Minor units of the currency; whole Stars for XTR. */
const Amount = z.int().positive()

/** What the words of each kind need. */
const PARAMS = {
  'payment-credited': z.strictObject({
    coins: CoinAmount,
    amount: Amount,
    currency: Currency,
    debtPaid: CoinBalance.default(0),
    balance: CoinBalance,
    priceVersion: Line,
    paymentId: Line,
  }),
  'payment-suspense': z.strictObject({ amount: Amount, currency: Currency, paymentId: Line }),
  /** Of a refund that is asked for or done: `coins` are those of the refunded part, `debt` what the person owes afterwards. */
  'payment-refunded': z.strictObject({
    amount: Amount,
    currency: Currency,
    coins: CoinBalance,
    balance: CoinBalance,
    debt: CoinBalance,
    paymentId: Line,
  }),
  /** The provider refused: the coins are back. */
  'refund-failed': z.strictObject({
    amount: Amount,
    currency: Currency,
    coins: CoinBalance,
    balance: CoinBalance,
    paymentId: Line,
  }),
  /** By an operator's hand; negative where coins were taken. */
  'coins-adjusted': z.strictObject({
    amount: z.int().refine((amount) => amount !== 0, 'must not be 0'),
    reason: Line,
    balance: CoinBalance,
  }),
  'charge-receipt': z.strictObject({
    coins: CoinAmount,
    description: Line,
    service: Line.nullable().default(null),
    balance: CoinBalance,
    priceVersion: Line.nullable().default(null),
  }),
  'low-balance': z.strictObject({ coins: CoinBalance, threshold: CoinBalance.optional() }),
  /** Plain text; Telegram takes 4096 characters in one message. */
  text: z.strictObject({ text: z.string().trim().min(1).max(4_096) }),
} as const satisfies Record<NoticeKind, z.ZodType>

const shapeOf = <Kind extends NoticeKind>(kind: Kind) => ({ kind: z.literal(kind), params: PARAMS[kind] })

/** The payload of a `send_notice` job. */
export const QueuedNotice = z.discriminatedUnion('kind', [
  z.strictObject({ userId: Id, ...shapeOf('payment-credited') }),
  z.strictObject({ userId: Id, ...shapeOf('payment-suspense') }),
  z.strictObject({ userId: Id, ...shapeOf('payment-refunded') }),
  z.strictObject({ userId: Id, ...shapeOf('refund-failed') }),
  z.strictObject({ userId: Id, ...shapeOf('coins-adjusted') }),
  z.strictObject({ userId: Id, ...shapeOf('charge-receipt') }),
  z.strictObject({ userId: Id, ...shapeOf('low-balance') }),
  z.strictObject({ userId: Id, ...shapeOf('text') }),
])
export type QueuedNotice = z.infer<typeof QueuedNotice>

/** The same as a caller asks for it: the person by either id. */
export const MessageRequest = z.discriminatedUnion('kind', [
  z.strictObject({ ...bodySubject, ...shapeOf('payment-credited') }),
  z.strictObject({ ...bodySubject, ...shapeOf('payment-suspense') }),
  z.strictObject({ ...bodySubject, ...shapeOf('payment-refunded') }),
  z.strictObject({ ...bodySubject, ...shapeOf('refund-failed') }),
  z.strictObject({ ...bodySubject, ...shapeOf('coins-adjusted') }),
  z.strictObject({ ...bodySubject, ...shapeOf('charge-receipt') }),
  z.strictObject({ ...bodySubject, ...shapeOf('low-balance') }),
  z.strictObject({ ...bodySubject, ...shapeOf('text') }),
])
