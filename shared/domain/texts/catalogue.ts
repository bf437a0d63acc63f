import { ADMIN_MESSAGES } from './admin-messages.ts'
import { CABINET_MESSAGES } from './cabinet-messages.ts'
import { MENU_MESSAGES } from './menu-messages.ts'
import { BUTTON, html, type MessageSpec, POP_UP, plain } from './message-spec.ts'
import { MONEY_MESSAGES } from './money-messages.ts'
import { PRIVACY_MESSAGES } from './privacy-messages.ts'
import { SETTINGS_MESSAGES } from './settings-messages.ts'
import { SPEECH_MESSAGES } from './speech-messages.ts'

/** Commands in the order of the bot's menu. */
export const BOT_COMMANDS = [
  'start',
  'menu',
  'balance',
  'topup',
  'history',
  'usage',
  'avatars',
  'transcript',
  'transcripts',
  'search',
  'profile',
  'login',
  'settings',
  'language',
  'help',
  'cancel',
  'paysupport',
  'terms',
  'privacy',
  'export',
  'delete',
] as const

/** What operators are told of, as shared/db/alerts.ts has it. */
const ALERTS = [
  'payment-suspense',
  'refund-outside',
  'refund-failed',
  'unmatched-entry',
  'ledger-drift',
  'object-missing',
  'dead-letter',
  'backup-failed',
  'restore-check-failed',
] as const

/** Every message of the bot: its name, what it takes, where it is shown. */
export const MESSAGES = {
  // counted things, also used inside other messages
  coins: plain(64, { count: 'number' }),
  characters: plain(64, { count: 'number' }),
  seconds: plain(64, { count: 'number' }),
  days: plain(64, { count: 'number' }),
  'unit-use': plain(64, {}),
  'unit-thousand-characters': plain(64, {}),
  'unit-minute': plain(64, {}),
  'unit-image': plain(64, {}),

  // first words
  'welcome-new': html({ name: 'line', bonus: 'number' }),
  'welcome-back': html({ name: 'line', coins: 'number' }),
  help: html({}),
  'prices-title': html({}),
  'price-line': html({ title: 'line', coins: 'number', unit: 'line' }),
  'unknown-command': html({}),
  'unknown-text': html({}),
  'voice-not-supported': html({}),
  'group-hint': html({ username: 'line' }),
  'old-button': plain(POP_UP, {}),
  'account-blocked': html({ contact: 'line' }),

  'question-cancelled': html({}),
  'question-none': html({}),

  // the wallet
  balance: html({ coins: 'number', held: 'number', spendable: 'number', debt: 'number' }),
  profile: html({ name: 'line', telegramId: 'line', date: 'line', coins: 'number' }),
  'topup-choose': html({ coins: 'number' }),
  'pack-button': plain(BUTTON, { title: 'line', coins: 'number', price: 'line' }),
  'invoice-title': plain(32, { coins: 'number' }),
  'invoice-description': plain(255, { title: 'line', coins: 'number' }),
  'precheckout-expired': plain(POP_UP, {}),
  'precheckout-unknown': plain(POP_UP, {}),
  'precheckout-price-changed': plain(POP_UP, {}),
  'precheckout-unavailable': plain(POP_UP, {}),
  'payment-credited': html({
    coins: 'number',
    amount: 'line',
    debtPaid: 'number',
    balance: 'number',
    priceVersion: 'line',
    paymentId: 'line',
  }),
  'payment-suspense': html({ amount: 'line', paymentId: 'line' }),
  'payment-refunded': html({
    amount: 'line',
    coins: 'number',
    balance: 'number',
    debt: 'number',
    paymentId: 'line',
  }),
  'refund-failed': html({ amount: 'line', coins: 'number', balance: 'number', paymentId: 'line' }),
  'charge-receipt': html({ details: 'line', coins: 'number', balance: 'number', priceVersion: 'line?' }),
  'coins-adjusted': html({ details: 'line', amount: 'number', balance: 'number' }),
  'insufficient-funds': html({ price: 'number', missing: 'number', spendable: 'number', debt: 'number' }),
  'low-balance': html({ coins: 'number' }),
  'daily-limit-reached': html({ limit: 'number', left: 'number' }),
  'history-title': html({ coins: 'number' }),
  'history-empty': html({}),
  'history-hint': html({}),
  'history-older': plain(BUTTON, {}),

  ...MENU_MESSAGES,
  ...SETTINGS_MESSAGES,
  ...MONEY_MESSAGES,
  ...PRIVACY_MESSAGES,
  ...SPEECH_MESSAGES,
  ...CABINET_MESSAGES,
  ...ADMIN_MESSAGES,

  // files
  'avatar-saved': html({ coins: 'number', balance: 'number' }),
  'avatar-same': html({}),
  'avatar-help': html({ coins: 'number', kept: 'number', room: 'number' }),
  'avatar-none': html({ coins: 'number' }),
  'avatar-page': {
    format: 'html',
    arguments: { state: ['current', 'used', 'unused'], date: 'line', number: 'number', total: 'number' },
    maxLength: 1024,
  },
  'avatar-unseen': html({}),
  'avatars-full': html({ room: 'number' }),
  'avatar-delete-ask': html({}),
  'avatar-chosen': plain(POP_UP, {}),
  'avatar-deleted': plain(POP_UP, {}),
  'avatar-button-choose': plain(BUTTON, {}),
  'avatar-button-delete': plain(BUTTON, {}),
  'avatar-button-delete-yes': plain(BUTTON, {}),
  'avatar-button-keep': plain(BUTTON, {}),
  'avatar-button-older': plain(BUTTON, {}),
  'avatar-button-newer': plain(BUTTON, {}),
  'transcript-saved': html({ title: 'line', characters: 'number', coins: 'number', balance: 'number' }),
  'transcripts-title': html({}),
  'transcripts-line': html({ title: 'line', characters: 'number', date: 'line' }),
  'transcripts-empty': html({ coins: 'number' }),
  'transcripts-older': plain(BUTTON, {}),
  'transcript-open': plain(BUTTON, { title: 'line' }),
  'transcript-show': html({ title: 'line', characters: 'number', date: 'line', text: 'text' }),
  'transcript-more': html({}),
  'transcript-gone': html({}),
  'transcript-button-file': plain(BUTTON, { format: 'line' }),
  'transcript-button-rename': plain(BUTTON, {}),
  'transcript-button-delete': plain(BUTTON, {}),
  'transcript-button-delete-yes': plain(BUTTON, {}),
  'transcript-button-keep': plain(BUTTON, {}),
  'transcript-button-search': plain(BUTTON, {}),
  'transcript-file': html({ title: 'line' }),
  'transcript-rename-ask': html({ title: 'line' }),
  'transcript-renamed': html({ title: 'line' }),
  'transcript-title-wrong': html({}),
  'transcript-delete-ask': html({ title: 'line' }),
  'transcript-deleted': html({}),
  'transcript-search-ask': html({}),
  'transcript-search-wrong': html({}),
  'transcript-search-title': html({ words: 'line' }),
  'transcript-search-none': html({ words: 'line' }),
  'transcript-search-more': html({}),
  'transcript-search-slow': html({}),
  'transcript-found': html({ title: 'line', date: 'line', snippet: 'text' }),

  // what went wrong
  'unsupported-file': html({}),
  'too-large': html({ megabytes: 'number' }),
  'transcript-too-large': html({ characters: 'number', megabytes: 'number' }),
  'unreadable-image': html({}),
  'unreadable-transcript': html({}),
  'unknown-encoding': html({}),
  'empty-transcript': html({}),
  'busy-try-later': html({}),
  'something-went-wrong': html({ requestId: 'line' }),
  'rate-limited': html({ seconds: 'number' }),

  // for operators: what must be looked at, and how
  'operator-alert': html({ kind: ALERTS, subject: 'line', details: 'text', command: 'line' }),

  // the small print
  paysupport: html({ contact: 'line' }),
  terms: html({ refundDays: 'number', refunded: ['unspent', 'whole'], contact: 'line' }),
  privacy: html({ contact: 'line' }),
} as const satisfies Record<string, MessageSpec>

export type MessageId = keyof typeof MESSAGES

type ValueOf<Kind> = Kind extends 'number'
  ? number
  : Kind extends 'number?'
    ? number | null
    : Kind extends 'line?'
      ? string | null
      : Kind extends readonly (infer Word)[]
        ? Word
        : string

/** The arguments of a message, by name. */
export type MessageArguments<Id extends MessageId> = {
  -readonly [Name in keyof (typeof MESSAGES)[Id]['arguments']]: ValueOf<
    (typeof MESSAGES)[Id]['arguments'][Name]
  >
}
