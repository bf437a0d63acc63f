import { countConnections } from '#shared/db/connections.ts'
import type { Resources } from '#shared/http/resources.ts'
import { notifyMetrics } from './metrics.ts'

const PAUSE_MS = 30_000

const lastLooks = new WeakMap<Resources, number>()

const lookAtTelegram = async (resources: Resources): Promise<void> => {
  const { pendingUpdates, webhookErrorAt } = notifyMetrics(resources)
  const info = await resources.telegram.getWebhookInfo()
  pendingUpdates.set(info.pending_update_count)
  webhookErrorAt.set(info.last_error_date ?? 0)
}

const lookAtPostgres = async (resources: Resources): Promise<void> => {
  const { connections } = notifyMetrics(resources)
  const { used, max } = await countConnections(resources.sql)
  connections.set({ state: 'used' }, used)
  connections.set({ state: 'max' }, max)
}

/**
 * Asks what no function can tell of itself: how many updates wait at Telegram, and how full PostgreSQL is. Twice a minute at most, however
 * often work is called for; a failure is told and hinders nothing.
 */
export const lookAround = async (resources: Resources, now = performance.now()): Promise<void> => {
  if (now - (lastLooks.get(resources) ?? Number.NEGATIVE_INFINITY) < PAUSE_MS) return
  lastLooks.set(resources, now)
  const looks = { Telegram: lookAtTelegram(resources), PostgreSQL: lookAtPostgres(resources) }
  for (const [what, look] of Object.entries(looks)) {
    await look.catch((error: unknown) => resources.log.warn({ err: error }, `could not look at ${what}`))
  }
}
