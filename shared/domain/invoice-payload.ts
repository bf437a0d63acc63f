import { packId, unpackId } from './compact-id.ts'

/** Gives a keyed code (HMAC, hex or base64url, at most 64 characters) of a text; the key lives in the platform. */
export type Mac = (text: string) => string

/** What a payload says. `orderId` is given only where the code proves that we wrote it. */
export type DecodedPayload =
  | { ok: true; orderId: string; expiresAt: number }
  | { ok: false; reason: 'unknown' }
  | { ok: false; reason: 'forged' }
  | { ok: false; reason: 'expired'; orderId: string; expiresAt: number }

const VERSION = 'k1'
const MAX_BYTES = 128 // Bot API, sendInvoice.payload: 1..128 bytes
const PAYLOAD = /^(k1\.([\w-]{22})\.([0-9a-z]{1,9}))\.([\w-]{16,64})$/

/** Names the purpose, so that a code made for something else under the same key proves nothing here. */
const sign = (body: string, mac: Mac): string => mac(`invoice-payload:${body}`)

/** Compares without telling by its time how much was right. */
const isSameCode = (left: string, right: string): boolean => {
  if (left.length !== right.length) return false
  let difference = 0
  for (let index = 0; index < left.length; index += 1) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index)
  }
  return difference === 0
}

/**
 * The payload of an invoice: `k1.<order id>.<expiry, base36 seconds>.<code>`. The order's row holds person, pack, coins,
 * amount and price version, so that the payload needs to name nothing but the order.
 */
export const encodeInvoicePayload = (
  order: { orderId: string; expiresAtSeconds: number },
  mac: Mac,
): string => {
  const body = `${VERSION}.${packId(order.orderId)}.${Math.floor(order.expiresAtSeconds).toString(36)}`
  const payload = `${body}.${sign(body, mac)}`
  // Caught here, not by Telegram: a payload of ours that we could not read back would lose a payment.
  if (payload.length > MAX_BYTES || !PAYLOAD.test(payload)) {
    throw new RangeError(
      'An invoice payload needs a positive expiry and a code of 16..64 base64url or hex characters',
    )
  }
  return payload
}

/**
 * Reads a payload back. `unknown`: not written by us at all; `forged`: our shape with a wrong code; `expired`: ours, but
 * too late: refuse at pre-checkout, yet a payment made all the same belongs to this order. `expiresAt` is in seconds.
 */
export const decodeInvoicePayload = (payload: string, mac: Mac, nowSeconds: number): DecodedPayload => {
  const [, body, compactId, expiry, code] = PAYLOAD.exec(payload) ?? []
  if (body === undefined || compactId === undefined || expiry === undefined || code === undefined) {
    return { ok: false, reason: 'unknown' }
  }
  const orderId = unpackId(compactId)
  if (orderId === undefined) return { ok: false, reason: 'unknown' }
  if (!isSameCode(code, sign(body, mac))) return { ok: false, reason: 'forged' }
  const expiresAt = Number.parseInt(expiry, 36)
  if (nowSeconds >= expiresAt) return { ok: false, reason: 'expired', orderId, expiresAt }
  return { ok: true, orderId, expiresAt }
}
