import { randomInt } from 'node:crypto'
import { dirname, join } from 'node:path'
import type { UserFromGetMe } from '@grammyjs/types'
import { createFaults, type Faults as FaultRules } from '../misbehave/rules.ts'
import type { BotApiError } from './api-error.ts'
import type { Clock } from './clock.ts'
import { createHub, type Hub } from './hub.ts'
import type {
  Charge,
  InvoiceRecord,
  PendingUpdate,
  Person,
  Setting,
  SimulatorEvent,
  StarTransactionRow,
  StoredFile,
  StoredMessage,
} from './model.ts'
import { createPendingQueries, type PendingQueries } from './queries.ts'
import { createShiftedClock } from './shifted-clock.ts'
import { openStore, type Store, type Table } from './store.ts'

/** Where a test of this process makes the simulator go wrong in its own code. Empty: it behaves. */
export type Faults = {
  /** Asked before each Bot API call; an error is answered in place of the method's result. */
  beforeMethod?: (method: string, fields: Record<string, unknown>) => BotApiError | undefined
  /** Asked before each delivery; `lose` forgets the update, `repeat` delivers it twice. */
  beforeDelivery?: (pending: PendingUpdate) => 'lose' | 'repeat' | undefined
}

/** Changes that deliverers of updates care about. */
export type UpdateSignal = { type: 'added'; pending: PendingUpdate } | { type: 'reset' }

/** Time, and where it can be, the way to move it on. */
export type MovableClock = Clock & { advance?: (byMs: number) => void | Promise<void> }

export type SimulatorState = {
  token: string
  clock: MovableClock
  faults: Faults
  /** Faults as data, given over the control API. */
  rules: FaultRules
  enforceLimits: boolean
  /** People whom the bot takes for its operators; the chat page offers to be one of them. */
  operatorIds: readonly number[]
  people: Table<Person>
  messages: Table<StoredMessage>
  /** Messages of a chat in the order of their ids; derived from `messages`. */
  chats: Map<number, StoredMessage[]>
  files: Table<StoredFile>
  /** Folder of the files' bytes; without it they live in `fileBytes`. */
  filesDir: string | undefined
  fileBytes: Map<string, Buffer>
  invoices: Table<InvoiceRecord>
  charges: Table<Charge>
  transactions: Table<StarTransactionRow>
  pending: Table<PendingUpdate>
  settings: Table<Setting>
  counters: Table<number>
  queries: PendingQueries
  events: Hub<SimulatorEvent>
  updateSignals: Hub<UpdateSignal>
  log: (line: string) => void
  /** Writes nothing more; the state file is complete. */
  close: () => void
}

export type StateOptions = {
  token: string
  clock?: MovableClock
  /** JSON lines; everything survives a restart. Without it the simulator forgets at its end. */
  stateFile?: string
  /** Bytes of photos and documents; by default a folder beside the state file. */
  filesDir?: string
  /** Refuse with 429 what Telegram would (1 message a second in a chat, 30 over all, with some slack). */
  enforceLimits?: boolean
  /** Telegram ids of the bot's operators, for the chat page. */
  operatorIds?: readonly number[]
  log?: (line: string) => void
}

/** Far beyond what one torn line can have lost: no update_id is given twice. */
const TORN_UPDATE_ID_GAP = 100_000

const indexChats = (messages: Iterable<StoredMessage>): Map<number, StoredMessage[]> => {
  const chats = new Map<number, StoredMessage[]>()
  for (const stored of messages) {
    const chat = chats.get(stored.message.chat.id)
    if (chat === undefined) chats.set(stored.message.chat.id, [stored])
    else chat.push(stored)
  }
  for (const chat of chats.values()) chat.sort((a, b) => a.message.message_id - b.message.message_id)
  return chats
}

const startCounters = (store: Store): Table<number> => {
  const counters = store.table<number>('counters')
  const nextUpdateId = counters.get('updateId')
  if (nextUpdateId === undefined) counters.set('updateId', randomInt(100_000_000, 900_000_000))
  else if (store.torn) counters.set('updateId', nextUpdateId + TORN_UPDATE_ID_GAP)
  return counters
}

/** Opens the simulator's state, empty or from `stateFile`. Throws an Error of one sentence where that file is damaged. */
export const openState = (options: StateOptions): SimulatorState => {
  const { token, clock = createShiftedClock(), stateFile, enforceLimits = false, log = () => {} } = options
  const store = openStore(stateFile)
  const messages = store.table<StoredMessage>('messages')
  const filesDir =
    options.filesDir ?? (stateFile === undefined ? undefined : join(dirname(stateFile), 'telegram-files'))
  return {
    token,
    clock,
    faults: {},
    rules: createFaults(),
    enforceLimits,
    operatorIds: options.operatorIds ?? [],
    people: store.table('people'),
    messages,
    chats: indexChats(messages.values()),
    files: store.table('files'),
    filesDir,
    fileBytes: new Map(),
    invoices: store.table('invoices'),
    charges: store.table('charges'),
    transactions: store.table('transactions'),
    pending: store.table('pending'),
    settings: store.table('settings'),
    counters: startCounters(store),
    queries: createPendingQueries(clock),
    events: createHub(),
    updateSignals: createHub(),
    log,
    close: () => store.close(),
  }
}

/** The next number of that series: 1, 2, 3 ... (updates begin at a random one), over restarts too. */
export const takeNumber = (state: SimulatorState, series: string): number => {
  const next = state.counters.get(series) ?? 1
  state.counters.set(series, next + 1)
  return next
}

/** The bot's own user. Its id is the part of the token before the colon, as at Telegram. */
export const botUser = (state: SimulatorState): UserFromGetMe => {
  const id = Number(state.token.split(':')[0])
  return {
    id: Number.isSafeInteger(id) ? id : 1,
    is_bot: true,
    first_name: 'Kopeika',
    username: 'kopeika_bot',
    can_join_groups: false,
    can_read_all_group_messages: false,
    can_manage_bots: false,
    supports_inline_queries: false,
    supports_guest_queries: false,
    supports_join_request_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
    has_topics_enabled: false,
    allows_users_to_create_topics: false,
  }
}
