import { BUTTON, COMMAND, html, plain, TRANSACTION_TYPES } from './message-spec.ts'

/** Messages about the page on which a person sees to the account, and the words that the page takes from here. */
export const CABINET_MESSAGES = {
  // the history on the page: what one entry was for
  'entry-words': plain(256, { type: TRANSACTION_TYPES, details: 'line' }),

  // /login
  'command-login': plain(COMMAND, {}),
  'login-link': html({ minutes: 'number' }),
  'login-plain-link': html({ minutes: 'number', link: 'text' }),
  'login-nowhere': html({}),
  'login-in-private': html({}),
  'button-cabinet': plain(BUTTON, {}),
  'button-cabinet-browser': plain(BUTTON, {}),
} as const
