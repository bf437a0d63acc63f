import { z } from 'zod'
import { badRequest } from '../api-error.ts'
import { omitUndefined } from '../omit-undefined.ts'
import { defineMethod, Flag } from './define.ts'

const TOO_OLD = 'query is too old and response timeout expired or query ID is invalid'

const CallbackAnswer = z.object({
  callback_query_id: z.string().min(1),
  text: z.string().max(200).optional(),
  show_alert: Flag.default(false),
  url: z.string().optional(),
})

const PreCheckoutAnswer = z.object({
  pre_checkout_query_id: z.string().min(1),
  ok: Flag,
  error_message: z.string().optional(),
})

export const queryMethods = {
  answerCallbackQuery: defineMethod(
    CallbackAnswer,
    ({ callback_query_id, text, show_alert: showAlert, url }, { state }) => {
      const answer = { ok: true, showAlert, ...omitUndefined({ text, url }) }
      if (!state.queries.answer('callback', callback_query_id, answer)) throw badRequest(TOO_OLD)
      return true
    },
  ),

  answerPreCheckoutQuery: defineMethod(
    PreCheckoutAnswer,
    ({ pre_checkout_query_id, ok, error_message }, { state }) => {
      if (!ok && (error_message ?? '') === '') throw badRequest('error_message must be non-empty')
      const answer = { ok, ...omitUndefined({ text: error_message }) }
      if (!state.queries.answer('pre_checkout', pre_checkout_query_id, answer)) throw badRequest(TOO_OLD)
      return true
    },
  ),
}
