import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { z } from 'zod'
import {
  type Answer,
  findAnswer,
  hashInput,
  type KeyScope,
  type OnceOutcome,
  runOnce,
} from '#shared/db/idempotency.ts'
import { releaseLease, takeLease } from '#shared/db/leases.ts'
import { AppError } from '#shared/errors.ts'
import type { HttpRequest, HttpResponse } from '../../templates/node24-ts/contract.ts'
import {
  mediaTypeOf,
  parseIdempotencyKey,
  parseJsonBody,
  parseQuery,
  parseWith,
  refuseEncodedBody,
} from './parse.ts'
import { baseHeaders } from './problem.ts'
import type {
  ChangeRoute,
  GroupedRoute,
  PersonRoute,
  ReadRoute,
  Route,
  RouteContext,
  ScheduledRoute,
  Visitor,
} from './route.ts'

// biome-ignore lint/suspicious/noExplicitAny: the route's own types hold where it is defined
type AnyContext = RouteContext<any, any, any>
// biome-ignore lint/suspicious/noExplicitAny: see above
type AnyChange = ChangeRoute<any, any, any, any>
// biome-ignore lint/suspicious/noExplicitAny: see above
type AnyRead = ReadRoute<any, any, any>
// biome-ignore lint/suspicious/noExplicitAny: see above
type AnyGrouped = GroupedRoute<any, any, any>
// biome-ignore lint/suspicious/noExplicitAny: see above
type AnyPerson = PersonRoute<any, any, any>

const NoParameters = z.strictObject({})

/** Who holds a lease, for an operator who looks; the table takes 128 characters. */
const HOLDER = `${hostname().slice(0, 64)}:${process.pid}`

const readQuery = ({ query }: { query?: z.ZodType }, request: HttpRequest): unknown => {
  const raw = parseQuery(request.query)
  if (query) return parseWith(query, raw, 'query')
  if (Object.keys(raw).length > 0) parseWith(NoParameters, raw, 'query')
  return undefined
}

/** Reads what the request carries, as far as the route asks for it. @throws AppError invalid_input, unsupported_media */
export const readInput = (
  route: Route,
  request: HttpRequest,
  rawParams: Record<string, string>,
): { body: unknown; query: unknown; params: unknown; hashed: unknown } => {
  if (route.kind === 'scheduled') {
    return { body: undefined, query: undefined, params: undefined, hashed: undefined }
  }
  const query = route.kind === 'open' ? undefined : readQuery(route, request)
  const params = route.params ? parseWith(route.params, rawParams, 'path') : rawParams
  if (route.kind !== 'open' && route.rawBody?.mediaTypes.test(mediaTypeOf(request))) {
    refuseEncodedBody(request)
    return { body: route.rawBody.parse(request.body, query), query, params, hashed: request.body }
  }
  if (!route.body) return { body: undefined, query, params, hashed: null }
  const isMissing = route.hasOptionalBody === true && request.body.length === 0
  const body = parseWith(route.body, isMissing ? {} : parseJsonBody(request), 'body')
  return { body, query, params, hashed: body }
}

const json = (answer: Answer, requestId: string, extra: Record<string, string> = {}): HttpResponse => ({
  status: answer.status,
  headers: { ...baseHeaders(requestId), 'content-type': 'application/json; charset=utf-8', ...extra },
  body: JSON.stringify(answer.body),
})

/** What a route that reads has to say, as HTTP. */
const answerWith = (answer: Answer | HttpResponse, context: AnyContext): HttpResponse => {
  // a raw document (a transcript as .srt) comes with headers of its own
  if ('headers' in answer)
    return { ...answer, headers: { ...baseHeaders(context.requestId), ...answer.headers } }
  return json(answer, context.requestId)
}

export const runRead = async (route: AnyRead, context: AnyContext): Promise<HttpResponse> =>
  answerWith(await route.run(context), context)

/** `headers` are those of the session (its renewed cookie). */
export const runForPerson = async (
  route: AnyPerson,
  context: AnyContext,
  entered: { visitor: Visitor; headers: Record<string, string>; request: HttpRequest },
): Promise<HttpResponse> => {
  const { visitor, headers, request } = entered
  const answer = answerWith(await route.run(Object.assign(context, { visitor, request })), context)
  return { ...answer, headers: { ...headers, ...answer.headers } }
}

const answerOnce = async (route: AnyChange, context: AnyContext, scope: KeyScope): Promise<OnceOutcome> => {
  const { prepare, abandon } = route
  if (!prepare) {
    return runOnce(context.sql, scope, (tx) =>
      route.run({ ...context, tx, prepared: undefined, key: scope.key }),
    )
  }
  // costly work is not done again for an answer that we have
  const known = await findAnswer(context.sql, scope)
  if (known) return known
  const prepared: unknown = await prepare(context)
  const giveUp = async (): Promise<void> => {
    await abandon?.(prepared, context).catch((error: unknown) =>
      context.log.warn({ err: error }, 'could not clean up'),
    )
  }
  try {
    const outcome = await runOnce(context.sql, scope, (tx) =>
      route.run({ ...context, tx, prepared, key: scope.key }),
    )
    if (outcome.replayed) await giveUp()
    return outcome
  } catch (error) {
    await giveUp()
    throw error
  }
}

const scopeOf = (
  route: AnyChange | AnyGrouped,
  context: AnyContext,
  request: HttpRequest,
  hashed: unknown,
): KeyScope => ({
  client: context.caller.id,
  functionName: context.resources.config.functionName,
  route: `${route.method} ${route.path}`,
  key: parseIdempotencyKey(request),
  inputHash: hashInput({
    method: request.method,
    path: request.path,
    query: parseQuery(request.query),
    body: hashed,
  }),
})

const jsonOf = (outcome: OnceOutcome, body: unknown, requestId: string): HttpResponse =>
  json(
    { status: outcome.status, body },
    requestId,
    outcome.replayed ? { 'idempotency-replayed': 'true' } : {},
  )

export const runChange = async (
  route: AnyChange,
  context: AnyContext,
  request: HttpRequest,
  hashed: unknown,
): Promise<HttpResponse> => {
  const outcome = await answerOnce(route, context, scopeOf(route, context, request, hashed))
  const body = route.present ? await route.present(outcome.body, context) : outcome.body
  return jsonOf(outcome, body, context.requestId)
}

export const runGrouped = async (
  route: AnyGrouped,
  context: AnyContext,
  request: HttpRequest,
  hashed: unknown,
): Promise<HttpResponse> => {
  const outcome = await route.submit(context, scopeOf(route, context, request, hashed))
  return jsonOf(outcome, outcome.body, context.requestId)
}

const LEASE_POLL_MS = 100

/** Takes the lease, at once or within `waitMs`. Whoever hung up meanwhile gets it no more. */
const takeLeaseWithin = async (
  context: AnyContext,
  lease: Parameters<typeof takeLease>[1],
  waitMs: number,
): Promise<boolean> => {
  const until = performance.now() + waitMs
  while (!(await takeLease(context.sql, lease))) {
    if (performance.now() >= until || context.signal.aborted) return false
    await new Promise((resolve) => setTimeout(resolve, LEASE_POLL_MS))
  }
  return true
}

/** The schedule, or the function's own wake-up: neither reads the answer. */
const isSchedule = ({ caller, resources }: AnyContext): boolean =>
  caller.id === 'cron' || caller.id === resources.config.functionName

/** Starts scheduled work unless it runs already or ran just now. */
export const runScheduled = async (
  route: ScheduledRoute,
  context: AnyContext,
  options: { byCronConnector: boolean },
): Promise<HttpResponse> => {
  const name = `${context.resources.config.functionName}:${route.path}`
  // not the request's id, which the caller may choose: a run that lost its lease must not give back that of another
  const holder = `${HOLDER}:${randomUUID()}`
  const isOurs = await takeLeaseWithin(
    context,
    {
      name,
      holder,
      seconds: route.leaseSeconds,
      minIntervalSeconds: options.byCronConnector ? route.minIntervalSeconds : 0,
    },
    options.byCronConnector ? 0 : (route.waitMs ?? 0),
  )
  const accepted: HttpResponse = { status: 202, headers: baseHeaders(context.requestId), body: '' }
  if (!isOurs) {
    if (options.byCronConnector) return accepted
    if (route.waitMs !== undefined && !isSchedule(context)) {
      throw new AppError('in_progress', {
        detail: 'Another run is under way and has not ended in time; ask again shortly.',
        retryAfterSeconds: 5,
      })
    }
    return json({ status: 200, body: route.busyAnswer }, context.requestId)
  }
  try {
    const answer = await route.run(context)
    return options.byCronConnector ? accepted : json(answer, context.requestId)
  } finally {
    await releaseLease(context.sql, name, holder).catch((error: unknown) =>
      context.log.warn({ err: error }, 'could not release a lease; it runs out by itself'),
    )
  }
}
