import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { AppError, type ErrorCode } from '#shared/errors.ts'
import type { FunctionCall, RawAnswer } from '#shared/http/call.ts'
import { parseIdempotencyKey } from '#shared/http/parse.ts'
import type { RouteContext, Visitor } from '#shared/http/route.ts'
import type { HttpRequest } from '#template/contract.ts'

/** What a route for a person is handed. */
export type Visit = Pick<RouteContext<unknown, unknown, unknown>, 'resources' | 'requestId' | 'signal'> & {
  visitor: Visitor
  request: HttpRequest
}

export type Question = {
  functionName: string
  method: FunctionCall['method']
  path?: string
  query?: Record<string, string | number | undefined>
  body?: Record<string, unknown>
  /** Where the person's id stands: in the query unless said. */
  person?: 'query' | 'body' | 'nowhere'
  rawBody?: FunctionCall['rawBody']
}

/** What another function says to the person, and may be said on as it is. */
const HANDED_ON: ReadonlySet<ErrorCode> = new Set([
  'invalid_input',
  'insufficient_funds',
  'not_found',
  'pack_not_found',
  'order_not_found',
  'payment_not_found',
  'avatar_not_found',
  'transcript_not_found',
  'conflict',
  'in_progress',
  'too_large',
  'unsupported_media',
  'unprocessable_media',
  'key_reused',
  'rate_limited',
])
/** These say which part of ours is away, which is nobody's business: the code is enough. */
const WITHOUT_DETAIL: ReadonlySet<ErrorCode> = new Set(['unavailable', 'upstream_failed', 'deadline'])

/** A refusal as the page may show it. Whatever another function holds against us (our token, our scope) is no fault of the person's. */
export const handOn = (error: unknown): unknown => {
  if (!(error instanceof AppError)) return error
  const { code, detail, errors, retryAfterSeconds, extra } = error
  const later = retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
  // erased since the session began
  if (code === 'user_not_found') return new AppError('unauthenticated', { detail: 'The account is gone.' })
  // a limit of the person's own, a block by an operator; without a reason it is our client that lacks a scope
  const isAboutPerson = code === 'forbidden' && ('limit' in extra || 'account' in extra)
  if (HANDED_ON.has(code) || isAboutPerson) {
    return new AppError(code, {
      extra,
      ...later,
      ...(detail === undefined ? {} : { detail }),
      ...(errors === undefined ? {} : { errors }),
      cause: error,
    })
  }
  return new AppError(WITHOUT_DETAIL.has(code) ? code : 'internal', { ...later, cause: error })
}

/** Keys of two people never meet, though both call under the cabinet's name. */
const keyFor = ({ visitor, request }: Visit): string =>
  createHash('sha256')
    .update(`${visitor.userId}\n${parseIdempotencyKey(request)}`)
    .digest('base64url')

const pathOf = ({ path = '/', query, person = 'query' }: Question, userId: string): string => {
  const search = new URLSearchParams()
  if (person === 'query') search.set('userId', userId)
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) search.set(name, String(value))
  }
  return search.size === 0 ? path : `${path}?${search}`
}

const callFor = (visit: Visit, question: Question): FunctionCall => {
  const { userId } = visit.visitor
  const { functionName, method, body, rawBody, person } = question
  return {
    functionName,
    method,
    path: pathOf(question, userId),
    ...(person === 'body' ? { body: { ...body, userId } } : body === undefined ? {} : { body }),
    ...(rawBody === undefined ? {} : { rawBody }),
    ...(method === 'GET' ? {} : { idempotencyKey: keyFor(visit) }),
    requestId: visit.requestId,
    signal: visit.signal,
  }
}

/** Asks another function on behalf of the person of the session, of nobody else. @throws AppError fit to be shown */
export const ask = async <T>(visit: Visit, question: Question, schema: z.ZodType<T>): Promise<T> => {
  try {
    return await visit.resources.call(callFor(visit, question), schema)
  } catch (error) {
    throw handOn(error)
  }
}

/** As `ask`, for documents. */
export const askForDocument = async (visit: Visit, question: Question): Promise<RawAnswer> => {
  try {
    return await visit.resources.fetchFrom(callFor(visit, question))
  } catch (error) {
    throw handOn(error)
  }
}
