import type {
  BotCommand,
  Chat,
  InlineKeyboardMarkup,
  Message,
  ReplyKeyboardMarkup,
  StarTransaction,
  Update,
  User,
} from '@grammyjs/types'

/** Somebody who uses the bot. In a private chat the chat's id is the person's. */
export type Person = {
  id: number
  firstName: string
  username?: string
  languageCode?: string
  /** Telegram Stars in the purse; refilled for free when a payment needs more. */
  stars: number
  /** The bot may write only to somebody who wrote first. */
  started: boolean
  blocked: boolean
  deactivated: boolean
  /** What the bot's last reply keyboard looks like; gone after `remove_keyboard`. */
  keyboard?: ReplyKeyboardMarkup
  /** The bot has asked for an answer to this message of its own (`force_reply`); gone with the person's next message. */
  forceReply?: { messageId: number; placeholder?: string }
}

/** A message of a private chat, as the Bot API shows it. */
export type ChatMessage = Message & { chat: Chat.PrivateChat; from: User }

export type StoredMessage = {
  message: ChatMessage
  /** Number of its last change, counted over all chats: what a waiting caller compares with. */
  revision: number
  /** Number of the change that made it. */
  createdRevision: number
  /** The invoice this message asks to pay. */
  invoiceSlug?: string
  /** Sent with a keyboard that is not under the message: Telegram lets no bot edit such messages. */
  uneditable?: true
}

export type StoredFile = {
  fileId: string
  /** The same for the same bytes. */
  fileUniqueId: string
  /** Path in `/file/bot<token>/<path>`. */
  filePath: string
  sizeBytes: number
  kind: 'photo' | 'document' | 'voice' | 'audio'
  mimeType: string
  fileName?: string
  width?: number
  height?: number
  /** Of a recording. */
  seconds?: number
}

export type InvoiceRecord = {
  slug: string
  title: string
  description: string
  payload: string
  currency: string
  /** In the smallest units of the currency; whole Stars for XTR. */
  amount: number
  subscriptionPeriodSeconds?: number
}

/** A payment that went through; one invoice can have many. */
export type Charge = {
  chargeId: string
  personId: number
  amount: number
  currency: string
  payload: string
  refunded: boolean
  /** Missing in state files of older versions. */
  paidAt?: number
  /** The processor's own id of a payment in money. */
  providerChargeId?: string
}

export type UpdateKind = 'message' | 'callback_query' | 'pre_checkout_query' | 'my_chat_member'

export type PendingUpdate = {
  update: Update
  /** Updates of one queue are delivered one after the other. */
  queue: string
  /** Unix seconds; not delivered after it. */
  expiresAt: number
}

export type Webhook = {
  url: string
  secretToken?: string
  maxConnections: number
  lastErrorDate?: number
  lastErrorMessage?: string
}

/** Settings of the bot itself, one row for each kind. */
export type Setting =
  | { kind: 'webhook'; webhook: Webhook }
  | { kind: 'allowedUpdates'; kinds: string[] }
  | { kind: 'menuButton'; button: MenuButtonSetting }
  | { kind: 'description'; languageCode: string; text: string }
  | { kind: 'commands'; languageCode: string; commands: BotCommand[] }

export type MenuButtonSetting =
  | { type: 'commands' | 'default' }
  | { type: 'web_app'; text: string; web_app: { url: string } }

export type StarTransactionRow = { sequence: number; transaction: StarTransaction }

/** What happens in a person's chat, told to whoever watches: the chat page and waiting callers. */
export type SimulatorEvent =
  | { type: 'message'; personId: number; message: ChatMessage; revision: number }
  | { type: 'edit'; personId: number; message: ChatMessage; revision: number }
  | { type: 'delete'; personId: number; messageId: number }
  | { type: 'action'; personId: number; action: string }
  | { type: 'person'; personId: number; person: Person }
  | { type: 'settings' }

export type ForceReplyMarkup = { force_reply: true; input_field_placeholder?: string }

/** What the bot may attach to a message. */
export type AnyReplyMarkup =
  | InlineKeyboardMarkup
  | ReplyKeyboardMarkup
  | { remove_keyboard: true }
  | ForceReplyMarkup
