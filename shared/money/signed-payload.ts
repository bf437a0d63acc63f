import {
  type DecodedPayload,
  decodeInvoicePayload,
  encodeInvoicePayload,
  type Mac,
} from '#shared/domain/invoice-payload.ts'
import type { Resources } from '#shared/http/resources.ts'

const macOf =
  (resources: Resources): Mac =>
  (text) =>
    resources.sign('invoice', text).toString('base64url')

/** What an order's invoice carries, and its payment brings back: proof that we offered it. */
export const payloadOf = (resources: Resources, order: { id: string; expiresAt: Date }): string =>
  encodeInvoicePayload(
    { orderId: order.id, expiresAtSeconds: order.expiresAt.getTime() / 1000 },
    macOf(resources),
  )

/** Reads a payload back; undefined where Telegram left it out (it does when it is not UTF-8). */
export const readPayload = (resources: Resources, payload: string | undefined): DecodedPayload | undefined =>
  payload === undefined
    ? undefined
    : decodeInvoicePayload(payload, macOf(resources), resources.clock() / 1000)
