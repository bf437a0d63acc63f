import type { Update } from '@grammyjs/types'
import { nowSeconds } from './clock.ts'
import type { PendingUpdate, UpdateKind, Webhook } from './model.ts'
import { type SimulatorState, takeNumber } from './state.ts'

/** Seconds that an update waits for a bot (tdlib/telegram-bot-api Client.cpp): a day, but 150 s where a person waits. */
const LIFE_SECONDS: Record<UpdateKind, number> = {
  message: 86_400,
  my_chat_member: 86_400,
  callback_query: 150,
  pre_checkout_query: 150,
}

/** Messages of a chat share a queue; of other kinds each person has one (Client.cpp, webhook_queue_id). */
const queueOf = (kind: UpdateKind, personId: number): string =>
  kind === 'message' ? `chat:${personId}` : `${kind}:${personId}`

/** Kinds the bot asked for; undefined means Telegram's default, which holds everything the simulator makes. */
export const allowedUpdates = (state: SimulatorState): string[] | undefined => {
  const setting = state.settings.get('allowedUpdates')
  return setting?.kind === 'allowedUpdates' && setting.kinds.length > 0 ? setting.kinds : undefined
}

/** Remembers which kinds the bot wants. Left out, the previous list stays; an empty list means the default. */
export const setAllowedUpdates = (state: SimulatorState, kinds: string[] | undefined): void => {
  if (kinds !== undefined) state.settings.set('allowedUpdates', { kind: 'allowedUpdates', kinds })
}

export const currentWebhook = (state: SimulatorState): Webhook | undefined => {
  const setting = state.settings.get('webhook')
  return setting?.kind === 'webhook' ? setting.webhook : undefined
}

/**
 * Gives the update its number and hands it to whoever delivers. Answers the `update_id`, or undefined where the bot does not
 * want this kind.
 */
export const emitUpdate = (
  state: SimulatorState,
  kind: UpdateKind,
  personId: number,
  body: Omit<Update, 'update_id'>,
): number | undefined => {
  const allowed = allowedUpdates(state)
  if (allowed !== undefined && !allowed.includes(kind)) return undefined
  const update: Update = { update_id: takeNumber(state, 'updateId'), ...body }
  const expiresAt = nowSeconds(state.clock) + LIFE_SECONDS[kind]
  const pending: PendingUpdate = { update, queue: queueOf(kind, personId), expiresAt }
  state.pending.set(update.update_id, pending)
  state.updateSignals.emit({ type: 'added', pending })
  return update.update_id
}

export const forgetUpdate = (state: SimulatorState, updateId: number): void => state.pending.delete(updateId)

/** What still waits for the bot, oldest first; forgets what is too old. */
export const waitingUpdates = (state: SimulatorState): PendingUpdate[] => {
  const now = nowSeconds(state.clock)
  const all = [...state.pending.values()]
  for (const { update, expiresAt } of all) if (expiresAt < now) forgetUpdate(state, update.update_id)
  return all
    .filter(({ expiresAt }) => expiresAt >= now)
    .sort((a, b) => a.update.update_id - b.update.update_id)
}

export const dropPendingUpdates = (state: SimulatorState): void => {
  for (const { update } of [...state.pending.values()]) forgetUpdate(state, update.update_id)
}
