import type {
  InlineKeyboardButton,
  InlineKeyboardMarkup,
  KeyboardButton,
  ReplyKeyboardMarkup,
} from '@grammyjs/types'
import { z } from 'zod'
import { badRequest } from './api-error.ts'
import { setReplyKeyboard } from './messages.ts'
import type { AnyReplyMarkup, ForceReplyMarkup, Person } from './model.ts'
import type { SimulatorState } from './state.ts'

const InlineButton = z.looseObject({
  text: z.string().min(1),
  url: z.string().optional(),
  callback_data: z.string().optional(),
  web_app: z.looseObject({ url: z.string() }).optional(),
  pay: z.boolean().optional(),
  copy_text: z.looseObject({ text: z.string() }).optional(),
})

const ReplyButton = z.union([
  z.string().transform((text): KeyboardButton => ({ text })),
  z.custom<KeyboardButton>((value) => z.looseObject({ text: z.string() }).safeParse(value).success),
])

const Placeholder = z.string().min(1).max(64).exactOptional()

const isInlineButton = (value: unknown): value is InlineKeyboardButton =>
  InlineButton.safeParse(value).success

/** `reply_markup` of the send methods. */
export const ReplyMarkup: z.ZodType<AnyReplyMarkup> = z.union([
  z.looseObject({ inline_keyboard: z.array(z.array(z.custom<InlineKeyboardButton>(isInlineButton))) }),
  z.looseObject({
    keyboard: z.array(z.array(ReplyButton)),
    is_persistent: z.boolean().exactOptional(),
    resize_keyboard: z.boolean().exactOptional(),
    one_time_keyboard: z.boolean().exactOptional(),
    input_field_placeholder: Placeholder,
  }),
  z.looseObject({ remove_keyboard: z.literal(true) }),
  z.looseObject({ force_reply: z.literal(true), input_field_placeholder: Placeholder }),
])

/** Telegram wants HTTPS; a bot in development runs on this machine. */
export const isWebAppUrl = (url: string): boolean => {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return (
    protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname))
  )
}

const checkButton = (button: InlineKeyboardButton): void => {
  if ('callback_data' in button && button.callback_data !== undefined) {
    const bytes = Buffer.byteLength(button.callback_data)
    if (bytes < 1 || bytes > 64) throw badRequest('BUTTON_DATA_INVALID')
  } else if ('url' in button && button.url !== undefined) {
    if (!URL.canParse(button.url))
      throw badRequest(`inline keyboard button URL '${button.url}' is invalid: Wrong HTTP URL`)
  } else if ('web_app' in button && button.web_app !== undefined) {
    if (!isWebAppUrl(button.web_app.url)) {
      throw badRequest(
        `inline keyboard button Web App URL '${button.web_app.url}' is invalid: Only HTTPS links are allowed`,
      )
    }
  } else if (!('pay' in button) && !('copy_text' in button)) {
    throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
  }
}

/** The inline keyboard of that markup, checked. Undefined where there is none. Throws Telegram's 400. */
export const inlineKeyboardOf = (markup: AnyReplyMarkup | undefined): InlineKeyboardMarkup | undefined => {
  if (markup === undefined || !('inline_keyboard' in markup)) return undefined
  const rows = markup.inline_keyboard.filter((row) => row.length > 0)
  rows.flat().forEach(checkButton)
  return rows.length === 0 ? undefined : { inline_keyboard: rows }
}

/** The buttons of an edited message: under it or nowhere. Throws Telegram's 400. */
export const editedKeyboardOf = (markup: AnyReplyMarkup | undefined): InlineKeyboardMarkup | undefined => {
  if (markup !== undefined && !('inline_keyboard' in markup)) throw badRequest('inline keyboard expected')
  return inlineKeyboardOf(markup)
}

/** The keyboard as it is shown: buttons without a text are left out, as Telegram does. Throws its 400. */
const shownKeyboard = (markup: ReplyKeyboardMarkup): ReplyKeyboardMarkup | undefined => {
  const rows = markup.keyboard
    .map((row) => row.filter((button) => typeof button === 'string' || button.text !== ''))
    .filter((row) => row.length > 0)
  for (const button of rows.flat()) {
    const url = typeof button === 'object' && 'web_app' in button ? button.web_app.url : undefined
    if (url !== undefined && !isWebAppUrl(url)) {
      throw badRequest(`keyboard button Web App URL '${url}' is invalid: Only HTTPS links are allowed`)
    }
  }
  return rows.length === 0 ? undefined : { ...markup, keyboard: rows }
}

/** What the bot asks for with `force_reply`, if that is what the markup is. */
export const forceReplyOf = (markup: AnyReplyMarkup | undefined): ForceReplyMarkup | undefined =>
  markup !== undefined && !('inline_keyboard' in markup) && !('keyboard' in markup) && 'force_reply' in markup
    ? markup
    : undefined

/** True for markup after which Telegram lets nobody edit the message. */
export const makesUneditable = (markup: AnyReplyMarkup | undefined): boolean =>
  markup !== undefined && ('keyboard' in markup || forceReplyOf(markup) !== undefined)

/** Applies what the markup does to the chat itself: the keyboard under the input field. Throws Telegram's 400. */
export const applyReplyKeyboard = (
  state: SimulatorState,
  person: Person,
  markup: AnyReplyMarkup | undefined,
): void => {
  if (markup === undefined) return
  if ('keyboard' in markup) {
    const keyboard = shownKeyboard(markup)
    if (keyboard !== undefined) setReplyKeyboard(state, person, keyboard)
  }
  if ('remove_keyboard' in markup) setReplyKeyboard(state, person, undefined)
}
