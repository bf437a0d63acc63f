import type { WebhookInfo } from '@grammyjs/types'
import { z } from 'zod'
import { badRequest } from '../api-error.ts'
import { omitUndefined } from '../omit-undefined.ts'
import { pollUpdates } from '../polling.ts'
import type { SimulatorState } from '../state.ts'
import {
  allowedUpdates,
  currentWebhook,
  dropPendingUpdates,
  setAllowedUpdates,
  waitingUpdates,
} from '../updates.ts'
import { defineMethod, Flag, fromForm, Integer } from './define.ts'

const AllowedUpdates = fromForm(z.array(z.string()).max(100)).optional()

const checkWebhookUrl = (url: string): void => {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw badRequest('bad webhook: invalid webhook URL specified')
}

const removeWebhook = (state: SimulatorState, dropPending: boolean): true => {
  state.settings.delete('webhook')
  if (dropPending) dropPendingUpdates(state)
  state.updateSignals.emit({ type: 'reset' })
  return true
}

/** What `getWebhookInfo` answers. */
export const webhookInfo = (state: SimulatorState) => {
  const webhook = currentWebhook(state)
  return omitUndefined({
    url: webhook?.url ?? '',
    has_custom_certificate: false,
    pending_update_count: waitingUpdates(state).length,
    max_connections: webhook?.maxConnections,
    last_error_date: webhook?.lastErrorDate,
    last_error_message: webhook?.lastErrorMessage,
    allowed_updates: allowedUpdates(state),
  }) satisfies Omit<WebhookInfo, 'allowed_updates'>
}

export const updateMethods = {
  // Telegram takes HTTPS alone; here the bot runs on the same machine.
  setWebhook: defineMethod(
    z.object({
      url: z.string().default(''),
      secret_token: z.string().optional(),
      max_connections: fromForm(z.int().min(1).max(100)).default(40),
      allowed_updates: AllowedUpdates,
      drop_pending_updates: Flag.default(false),
    }),
    (params, { state }) => {
      const { url, secret_token: secretToken } = params
      if (url === '') return removeWebhook(state, params.drop_pending_updates)
      checkWebhookUrl(url)
      if (secretToken !== undefined && !/^[\w-]{0,256}$/.test(secretToken)) {
        throw badRequest('secret token contains unallowed characters')
      }
      setAllowedUpdates(state, params.allowed_updates)
      if (params.drop_pending_updates) dropPendingUpdates(state)
      const webhook = { url, maxConnections: params.max_connections, ...(secretToken ? { secretToken } : {}) }
      state.settings.set('webhook', { kind: 'webhook', webhook })
      state.updateSignals.emit({ type: 'reset' })
      return true
    },
  ),

  deleteWebhook: defineMethod(z.object({ drop_pending_updates: Flag.default(false) }), (params, { state }) =>
    removeWebhook(state, params.drop_pending_updates),
  ),

  getWebhookInfo: defineMethod(z.object({}), (_params, { state }) => webhookInfo(state)),

  getUpdates: defineMethod(
    z.object({
      offset: Integer.default(0),
      limit: fromForm(z.int().min(1).max(100)).default(100),
      timeout: fromForm(z.int().min(0)).default(0),
      allowed_updates: AllowedUpdates,
    }),
    ({ offset, limit, timeout, allowed_updates: allowed }, { state, signal }) =>
      pollUpdates(state, {
        offset,
        limit,
        timeoutSeconds: Math.min(timeout, 50),
        allowedUpdates: allowed,
        signal,
      }),
  ),
}
