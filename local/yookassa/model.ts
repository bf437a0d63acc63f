/** A sum as YooKassa writes it: `{"value": "99.00", "currency": "RUB"}`. */
export type Amount = { value: string; currency: string }

export type PaymentStatus = 'pending' | 'waiting_for_capture' | 'succeeded' | 'canceled'

/** A payment as the simulator keeps it; money in minor units. */
export type Payment = {
  id: string
  /** 1, 2, 3 ... in the order of creation. */
  sequence: number
  status: PaymentStatus
  amount: number
  currency: string
  refunded: number
  /** False = one more step after paying, as YooKassa does by default. */
  capture: boolean
  returnUrl: string
  description?: string
  metadata: Record<string, string>
  createdAtMs: number
  paidAtMs?: number
  cancellation?: { party: string; reason: string }
}

export type RefundStatus = 'pending' | 'succeeded' | 'canceled'

export type Refund = {
  id: string
  sequence: number
  paymentId: string
  status: RefundStatus
  amount: number
  currency: string
  description?: string
  createdAtMs: number
}

/** What a request with that Idempotence-Key asked and was answered. */
export type KeptAnswer = { request: string; status: number; body: unknown }

export type NotificationEvent =
  | 'payment.succeeded'
  | 'payment.waiting_for_capture'
  | 'payment.canceled'
  | 'refund.succeeded'

/** A notification on its way: kept until the webhook answers 200 or a day is over. */
export type PendingNotification = {
  id: string
  event: string
  object: Record<string, unknown>
  createdAtMs: number
  attempts: number
}
