import { z } from 'zod'
import { addRule, FaultRequestError, removeRules } from '../misbehave/control.ts'
import { ControlError, parseFields, readJsonBody } from '../simulator/control-error.ts'
import { YookassaError } from './errors.ts'
import type { YookassaActions } from './simulator.ts'

type Route = {
  method: 'GET' | 'POST' | 'DELETE'
  path: RegExp
  run: (actions: YookassaActions, body: unknown, id: string) => unknown
}

const Nothing = z.strictObject({})
const RefundBody = z.strictObject({ amount: z.string().optional() })
const SettleBody = z.strictObject({ status: z.enum(['succeeded', 'canceled']) })
const NotifyBody = z.strictObject({
  event: z.string().min(1).optional(),
  fields: z.record(z.string(), z.unknown()).optional(),
})
const WebhookBody = z.strictObject({ url: z.url().nullable() })
/** Back no farther than timers of Node reach (24.8 days). */
const ClockBody = z.strictObject({
  advanceSeconds: z
    .number()
    .min(-20 * 24 * 3600)
    .max(366 * 24 * 3600),
})

const ROUTES: Route[] = [
  { method: 'GET', path: /^\/sim\/book$/, run: (actions) => actions.book() },
  {
    method: 'POST',
    path: /^\/sim\/payments\/([\w-]+)\/pay$/,
    run: (actions, body, id) => {
      parseFields(Nothing, body)
      return { payment: actions.pay(id) }
    },
  },
  {
    method: 'POST',
    path: /^\/sim\/payments\/([\w-]+)\/cancel$/,
    run: (actions, body, id) => {
      parseFields(Nothing, body)
      return { payment: actions.cancel(id) }
    },
  },
  {
    method: 'POST',
    path: /^\/sim\/payments\/([\w-]+)\/refund$/,
    run: (actions, body, id) => ({ refund: actions.refund(id, parseFields(RefundBody, body).amount) }),
  },
  {
    method: 'POST',
    path: /^\/sim\/(?:payments|refunds)\/([\w-]+)\/notify$/,
    run: (actions, body, id) => {
      const { event, fields } = parseFields(NotifyBody, body)
      actions.notify(id, event, fields)
      return { sent: true }
    },
  },
  {
    method: 'POST',
    path: /^\/sim\/refunds\/([\w-]+)\/settle$/,
    run: (actions, body, id) => ({ refund: actions.settleRefund(id, parseFields(SettleBody, body).status) }),
  },
  {
    method: 'POST',
    path: /^\/sim\/webhook$/,
    run: (actions, body) => {
      const { url } = parseFields(WebhookBody, body)
      actions.setWebhook(url ?? undefined)
      return { url }
    },
  },
  {
    method: 'POST',
    path: /^\/sim\/clock$/,
    run: async (actions, body) => {
      const { advanceSeconds } = parseFields(ClockBody, body)
      if (!(await actions.advance(advanceSeconds))) throw new ControlError(409, 'This clock cannot be moved.')
      return { advancedSeconds: advanceSeconds }
    },
  },
  { method: 'POST', path: /^\/sim\/faults$/, run: (actions, body) => addRule(actions.faults, body) },
  { method: 'GET', path: /^\/sim\/faults$/, run: (actions) => ({ rules: actions.faults.list() }) },
  {
    method: 'DELETE',
    path: /^\/sim\/faults(?:\/(\d+))?$/,
    run: (actions, _body, id) => removeRules(actions.faults, id === '' ? undefined : id),
  },
]

const run = async (actions: YookassaActions, request: Request, path: string): Promise<unknown> => {
  const fitting = ROUTES.filter((route) => route.path.test(path))
  const found = fitting.find(({ method }) => method === request.method)
  if (fitting.length === 0) throw new ControlError(404, 'There is no such route.')
  if (found === undefined) throw new ControlError(405, 'This route has another method.')
  return await found.run(actions, await readJsonBody(request), found.path.exec(path)?.[1] ?? '')
}

/** Answers a request under /sim: what people, the operator and tests do. Documented in README.md. */
export const answerControl = async (
  actions: YookassaActions,
  request: Request,
  path: string,
): Promise<Response> => {
  try {
    return Response.json(await run(actions, request, path), { headers: { 'cache-control': 'no-store' } })
  } catch (error) {
    const isOurs =
      error instanceof ControlError || error instanceof YookassaError || error instanceof FaultRequestError
    if (!isOurs) throw error
    return Response.json({ error: error.message }, { status: error.status })
  }
}
