import { z } from 'zod'

const MAX_BUTTONS = 100
/** About ten messages; whatever is longer is sent as a document. */
const MAX_TEXT_LENGTH = 40_000
const MAX_CAPTION_LENGTH = 1024
/** 10 MB: Telegram's limit for a photo, and plenty for a job's row. */
const MAX_FILE_BASE64_LENGTH = 14_000_000

const buttonText = z.string().min(1).max(200)

/** Telegram opens https alone; http is for this machine, where Telegram is simulated. */
const webAppUrl = z.union([
  z.url({ protocol: /^https$/ }),
  z.url({ protocol: /^http$/, hostname: /^(localhost|127\.0\.0\.1|\[::1\])$/ }),
])

/** A button under a message: sends `data` back, opens an address or the Mini App, or (first in an invoice) pays. */
export const buttonSchema = z.union([
  z.strictObject({
    text: buttonText,
    // Telegram counts bytes.
    data: z.string().refine((data) => data !== '' && Buffer.byteLength(data) <= 64, '1 to 64 bytes'),
  }),
  z.strictObject({ text: buttonText, url: z.url() }),
  z.strictObject({ text: buttonText, webApp: webAppUrl }),
  z.strictObject({ text: buttonText, pay: z.literal(true) }),
])

export type Button = z.infer<typeof buttonSchema>

/** Rows of buttons, at most 8 in a row and 100 together. */
export const keyboardSchema = z
  .array(z.array(buttonSchema).min(1).max(8))
  .min(1)
  .refine((rows) => rows.flat().length <= MAX_BUTTONS, `at most ${MAX_BUTTONS} buttons`)

export type Keyboard = z.infer<typeof keyboardSchema>

/** Words that a tap on the keyboard under the input field sends, in rows. */
const menu = z.array(z.array(buttonText).min(1).max(8)).min(1).max(20)

const html = z.string().min(1).max(MAX_TEXT_LENGTH)
const caption = z.string().max(MAX_CAPTION_LENGTH).optional()
const keyboard = keyboardSchema.optional()
const base64 = z.base64().min(4).max(MAX_FILE_BASE64_LENGTH)

/**
 * A message to a chat as plain data, so that it can lie in a job's row. Texts and captions are Telegram's HTML: other
 * people's words go through escapeHtml first. Longer texts than Telegram takes become several messages.
 */
export const outgoingMessageSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('text'),
    text: html,
    keyboard,
    /** The message that this answers, where it is still there: a button under it then knows what it is about. */
    replyTo: z.int().positive().optional(),
    /** Stays under the input field, in the place of an earlier one. A message with it has no `keyboard`, and cannot be edited. */
    menu: menu.optional(),
  }),
  z.strictObject({ kind: z.literal('edit'), messageId: z.int().positive(), text: html, keyboard }),
  /** Another photo in the place of a message's photo. */
  z.strictObject({
    kind: z.literal('edit-photo'),
    messageId: z.int().positive(),
    bytes: base64,
    caption,
    keyboard,
  }),
  /** Other words under a message's photo. */
  z.strictObject({ kind: z.literal('edit-caption'), messageId: z.int().positive(), caption, keyboard }),
  /** Takes a message of ours out of the chat. */
  z.strictObject({
    kind: z.literal('remove'),
    messageId: z.int().positive(),
    keyboard: z.undefined().optional(),
  }),
  z
    .strictObject({
      kind: z.literal('photo'),
      bytes: base64.optional(),
      fileId: z.string().min(1).optional(),
      caption,
      keyboard,
    })
    .refine(
      ({ bytes, fileId }) => (bytes === undefined) !== (fileId === undefined),
      'either bytes or fileId',
    ),
  z.strictObject({
    kind: z.literal('document'),
    // The name goes into a header of the upload as it is.
    filename: z.string().regex(/^[^\p{Cc}"\\/;]{1,100}$/u),
    bytes: base64,
    caption,
    keyboard,
  }),
  z.strictObject({
    kind: z.literal('invoice'),
    title: z.string().min(1).max(32),
    description: z.string().min(1).max(255),
    /** Comes back with the payment; 1 to 128 bytes. */
    payload: z
      .string()
      .refine((payload) => payload !== '' && Buffer.byteLength(payload) <= 128, '1 to 128 bytes'),
    /** XTR = Telegram Stars. Any other needs the sender's `providerToken`. */
    currency: z.string().regex(/^[A-Z]{3}$/),
    /** Stars, or the smallest unit of the currency (kopecks). */
    amount: z.int().positive(),
    /** What the one price item is called. */
    label: z.string().min(1).max(64),
    keyboard,
  }),
])

export type OutgoingMessage = z.infer<typeof outgoingMessageSchema>
