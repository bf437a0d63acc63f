import { callMethod } from './methods/call.ts'
import type { SimulatorState } from './state.ts'

/** Methods that a webhook's answer cannot call: their results would go nowhere. */
const NOT_BY_ANSWER = /^(get.*|setwebhook|deletewebhook|close|logout)$/i

/** A 2xx answer may carry one call of the Bot API; the bot never sees its result. */
export const runAnswer = async (state: SimulatorState, body: string): Promise<void> => {
  if (!body.trimStart().startsWith('{')) return
  let fields: unknown
  try {
    fields = JSON.parse(body)
  } catch {
    return // Not JSON: Telegram does not care about the body of a 2xx either.
  }
  if (typeof fields !== 'object' || fields === null || !('method' in fields)) return
  const { method, ...rest } = fields
  if (typeof method !== 'string' || NOT_BY_ANSWER.test(method)) return
  const result = await callMethod(state, { method, fields: rest, files: new Map() })
  if (!result.body.ok) state.log(`a call in a webhook's answer failed: ${method}: ${result.body.description}`)
}
