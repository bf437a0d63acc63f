import { AppError } from '#shared/errors.ts'
import { timingSafeEqualText } from '#shared/platform/crypto.ts'
import { withDeadline } from '#shared/platform/deadline.ts'
import type { HttpRequest, HttpResponse } from '../../templates/node24-ts/contract.ts'
import type { FunctionDefinition } from './define-function.ts'
import { baseHeaders, renderProblem } from './problem.ts'
import type { Resources } from './resources.ts'

const plain = (status: number, body: string, requestId: string, type = 'application/json'): HttpResponse => ({
  status,
  headers: { ...baseHeaders(requestId), 'content-type': type },
  body,
})

const READY_TIMEOUT_MS = 2_000

/** /healthz: the process answers. */
export const answerHealth = (requestId: string): HttpResponse =>
  plain(200, JSON.stringify({ status: 'ok' }), requestId)

/** /ready: 200 when the database answers and the function's own check passes, else 503. */
export const answerReady = async (
  opened: { definition: FunctionDefinition; resources: Resources },
  request: HttpRequest,
  requestId: string,
): Promise<HttpResponse> => {
  const { resources, definition } = opened
  try {
    await withDeadline(READY_TIMEOUT_MS, request.signal, async () => {
      if (definition.needs.includes('database')) await resources.sql`select 1`
      await definition.onReady?.(resources)
    })
    return plain(200, JSON.stringify({ status: 'ready' }), requestId)
  } catch (error) {
    resources.log.warn({ err: error }, 'not ready')
    return renderProblem(
      new AppError('unavailable', { detail: 'Not ready yet.', retryAfterSeconds: 1 }),
      requestId,
    )
  }
}

/** /metrics in Prometheus' text format, for the bearer of the metrics token. */
export const answerMetrics = async (
  resources: Resources,
  request: HttpRequest,
  requestId: string,
): Promise<HttpResponse> => {
  const token = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
  if (!timingSafeEqualText(token, resources.config.metricsToken)) {
    return renderProblem(
      new AppError('unauthenticated', { detail: 'Send the metrics token as bearer.' }),
      requestId,
    )
  }
  const { registry } = resources.metrics
  return plain(200, await registry.metrics(), requestId, registry.contentType)
}
