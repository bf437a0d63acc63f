/**
 * What an argument may be. Names, titles and whatever else comes from people are `line` or `text`: cleaned, cut and (in HTML
 * messages) escaped by the formatter, so that no caller has to remember it.
 * - `number`: a whole number, written the way the language does
 * - `line`: text on one line, cut after 128 characters
 * - `text`: text with line ends, cut so that the message stays within Telegram's 4096 characters
 * - `number?`, `line?`: may be null, which the message shows in its own way
 * - a list: one of these words, chosen between inside the message
 */
export type ArgumentKind = 'number' | 'line' | 'text' | 'number?' | 'line?' | readonly string[]

/** `html`: Telegram's HTML (parse_mode HTML). `plain`: buttons, titles and pop-ups, where markup would be seen. */
export type MessageSpec = {
  format: 'html' | 'plain'
  arguments: Readonly<Record<string, ArgumentKind>>
  /** Telegram's limit of the field, in UTF-16 units. */
  maxLength: number
}

/** Kinds of ledger rows, as `transactions.type` has them. */
export const TRANSACTION_TYPES = [
  'bonus',
  'top_up',
  'charge',
  'refund',
  'reversal',
  'debt_payment',
  'adjustment',
  'opening',
] as const

/** The ways to pay, as `payments.provider` has them. */
export const WAYS_TO_PAY = ['stars', 'telegram', 'yookassa'] as const

type Arguments = Readonly<Record<string, ArgumentKind>>

/** A message in Telegram's HTML. */
export const html = <const Names extends Arguments>(names: Names) =>
  ({ format: 'html', arguments: names, maxLength: 4096 }) as const

/** A field without markup, of at most so many UTF-16 units. */
export const plain = <const Names extends Arguments>(maxLength: number, names: Names) =>
  ({ format: 'plain', arguments: names, maxLength }) as const

/** Bot API limits of plain fields. Buttons and checkout errors have none written down: these fit on a phone. */
export const BUTTON = 64
export const COMMAND = 256
export const POP_UP = 200
