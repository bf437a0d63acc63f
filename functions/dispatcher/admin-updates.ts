import { writeAudit } from '#shared/db/audit.ts'
import { readQueues } from '#shared/db/health-admin.ts'
import { getUpdate, listOpenUpdates, reviveUpdate, type StoredUpdate } from '#shared/db/inbox-admin.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { encodeCallback } from '#shared/domain/callback-data.ts'
import { AppError } from '#shared/errors.ts'
import { actorOf, adminButton, menuButton, noteView, type Screen } from './admin-rights.ts'
import type { Chat } from './chat.ts'
import { dateOf } from './money-words.ts'

const LISTED = 10
/** One that failed comes again by itself; after this long it does not look like it. */
const STUCK_MINUTES = 10
const BODY_SHOWN = 2_000
const REPLAY_MS = 10_000

/** Dead letters, then those that wait for longer than they should. */
export const updatesScreen = async (chat: Chat): Promise<Screen> => {
  const { sql } = chat.resources
  const dead = await listOpenUpdates(sql, { state: 'dead', limit: LISTED })
  const stuck = await listOpenUpdates(sql, {
    state: 'failed',
    olderThanMinutes: STUCK_MINUTES,
    limit: LISTED,
  })
  const updates = [...dead, ...stuck]
  const { updatesDead } = await readQueues(sql)
  return {
    text:
      updates.length === 0
        ? chat.say('admin-updates-none')
        : chat.say('admin-updates-title', { count: updatesDead + stuck.length }),
    keyboard: [
      ...updates.map(({ updateId, kind }) => [
        {
          text: chat.say('admin-button-update', { updateId: String(updateId), kind }),
          data: encodeCallback({ kind: 'operator', screen: 'update', number: updateId }),
        },
      ]),
      [menuButton(chat)],
    ],
  }
}

const gone = (chat: Chat): Screen => ({
  text: chat.say('admin-refused', { reason: 'no-dead-letter' }),
  keyboard: [[adminButton(chat, 'admin-button-dead-letters', { screen: 'dead-letters' }), menuButton(chat)]],
})

type Open = StoredUpdate & { state: 'dead' | 'failed'; body: unknown }

const findOpen = async (chat: Chat, updateId: number): Promise<Open | undefined> => {
  try {
    const update = await getUpdate(chat.resources.sql, updateId)
    const { state } = update
    return state === 'dead' || state === 'failed' ? { ...update, state } : undefined
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return undefined
    throw error
  }
}

/** One update with what Telegram sent, which may hold private words: whoever looks is noted. */
export const updateScreen = async (chat: Chat, updateId: number): Promise<Screen> => {
  const update = await findOpen(chat, updateId)
  if (!update) return gone(chat)
  await noteView(chat, `update:${updateId}`, 'update')
  const { state, kind, telegramId, attempts, receivedAt, lastError, body } = update
  const head = chat.say('admin-update', {
    updateId: String(updateId),
    state,
    kind,
    telegramId: telegramId === null ? null : String(telegramId),
    attempts,
    date: dateOf(chat, receivedAt.toISOString()),
    error: lastError,
  })
  const sent = JSON.stringify(body, undefined, 1).slice(0, BODY_SHOWN)
  return {
    text: `${head}\n\n${chat.say('admin-update-body', { body: sent })}`,
    keyboard: [
      [
        adminButton(chat, 'admin-button-replay', { screen: 'replay', number: updateId }),
        ...(state === 'dead'
          ? [adminButton(chat, 'admin-button-discard', { screen: 'discard', number: updateId })]
          : []),
      ],
      [adminButton(chat, 'admin-button-dead-letters', { screen: 'dead-letters' }), menuButton(chat)],
    ],
  }
}

/** Posts an update to our own webhook, as Telegram would; how it ended stands in the inbox afterwards. */
const postToWebhook = async ({ resources, signal }: Chat, body: unknown): Promise<void> => {
  const { gatewayUrl, webhookSecret = '' } = resources.config
  try {
    const response = await fetch(`${gatewayUrl}/function/dispatcher`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': webhookSecret },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(REPLAY_MS)]),
    })
    await response.arrayBuffer()
  } catch (error) {
    resources.log.warn({ err: error }, 'a replayed update got no answer')
  }
}

/** Handles an update again, and tells how that ended. */
export const replayUpdate = async (chat: Chat, updateId: number): Promise<Screen> => {
  const update = await findOpen(chat, updateId)
  if (!update) return gone(chat)
  const { state, body } = update
  await inTransaction(chat.resources.sql, async (tx) => {
    if (state === 'dead') await reviveUpdate(tx, updateId)
    await writeAudit(tx, {
      actor: actorOf(chat),
      action: 'update-replayed',
      subject: `update:${updateId}`,
    })
  })
  await postToWebhook(chat, body)
  const isOpen = (await findOpen(chat, updateId)) !== undefined
  return {
    text: chat.say('admin-update-replayed', {
      updateId: String(updateId),
      outcome: isOpen ? 'failed' : 'done',
    }),
    keyboard: [
      [adminButton(chat, 'admin-button-dead-letters', { screen: 'dead-letters' }), menuButton(chat)],
    ],
  }
}
