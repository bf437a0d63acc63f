import { timingSafeEqual } from 'node:crypto'
import type { Keyboard, OutgoingMessage } from './outgoing.ts'

/** Keeps a button's signature from passing as another kind of signature. */
const PURPOSE = 'button'
/** 48 bits: a guess costs a press, and presses are limited; it stands behind the data, after `~`, which no data has. */
const SIGNATURE_BYTES = 6
const SIGNED = /^(.*)~([\w-]{8})$/s

/** HMAC under the signing key, as `Resources.sign`. */
export type Sign = (purpose: string, text: string) => Buffer

const signatureOf = (sign: Sign, telegramId: number, data: string): Buffer =>
  sign(PURPOSE, `${telegramId}\n${data}`).subarray(0, SIGNATURE_BYTES)

const signKeyboard = (keyboard: Keyboard, telegramId: number, sign: Sign): Keyboard =>
  keyboard.map((row) =>
    row.map((button) =>
      'data' in button
        ? {
            ...button,
            data: `${button.data}~${signatureOf(sign, telegramId, button.data).toString('base64url')}`,
          }
        : button,
    ),
  )

/**
 * The message with buttons that this person alone can press: clients of Telegram let their owner send any data, and so a button that changes
 * something is believed only with our signature.
 */
export const signButtons = <Message extends OutgoingMessage>(
  message: Message,
  { telegramId, sign }: { telegramId: number; sign: Sign },
): Message =>
  message.keyboard === undefined
    ? message
    : { ...message, keyboard: signKeyboard(message.keyboard, telegramId, sign) }

/**
 * What stands in a pressed button: `signed` by us for this person; `unsigned` as in messages of older versions; `foreign` with a signature that
 * is not ours for this person.
 */
export const readButton = (
  text: string,
  { telegramId, sign }: { telegramId: number; sign: Sign },
): { data: string; trust: 'signed' | 'unsigned' | 'foreign' } => {
  const [, data, signature] = SIGNED.exec(text) ?? []
  if (data === undefined || signature === undefined) return { data: text, trust: 'unsigned' }
  const isOurs = timingSafeEqual(Buffer.from(signature, 'base64url'), signatureOf(sign, telegramId, data))
  return { data, trust: isOurs ? 'signed' : 'foreign' }
}
