import type { z } from 'zod'
import type { Sql, Tx } from '#shared/db/client.ts'
import type { Answer, KeyScope, OnceOutcome } from '#shared/db/idempotency.ts'
import type { Language } from '#shared/domain/settings.ts'
import type { Client } from '#shared/platform/clients.ts'
import type { Log } from '#shared/platform/log.ts'
import type { HttpRequest, HttpResponse } from '../../templates/node24-ts/contract.ts'
import type { Resources } from './resources.ts'

/** What every route is handed. */
export type RouteContext<Body, Query, Params> = {
  body: Body
  query: Query
  params: Params
  /** Who calls; for a route of kind `open` nobody is checked and this is the function itself. */
  caller: Client
  resources: Resources
  sql: Sql
  log: Log
  requestId: string
  /** Aborted at the deadline or when the caller hangs up. */
  signal: AbortSignal
  remainingMs: () => number
  /** Runs after the answer's transaction has committed, without holding the answer up. */
  afterCommit: (work: () => Promise<unknown>) => void
}

type Shape<Body, Query, Params> = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Pattern under the function, as '/holds/:id/capture'. */
  path: string
  /** One sentence for the API document. */
  summary: string
  /** JSON body. */
  body?: z.ZodType<Body>
  /** A call without a body means `{}`. */
  hasOptionalBody?: boolean
  /** Largest body in bytes, where it differs from the function's. */
  bodyLimitBytes?: number
  /**
   * Takes the raw body instead where its media type fits (an upload): `parse` gets the bytes, and what it gives is the `body`.
   */
  rawBody?: { mediaTypes: RegExp; parse: (bytes: Buffer, query: Query) => Body }
  query?: z.ZodType<Query>
  params?: z.ZodType<Params>
  /** Answer bodies by status, for the API document; in tests answers are checked against them. */
  answers: Record<number, z.ZodType>
}

/** Reads only; needs the scope `<function>:read`. */
export type ReadRoute<Body, Query, Params> = Shape<Body, Query, Params> & {
  kind: 'read'
  run: (context: RouteContext<Body, Query, Params>) => Promise<Answer | HttpResponse>
}

/** Changes something once for an Idempotency-Key; needs `<function>:write`. */
export type ChangeRoute<Body, Query, Params, Prepared> = Shape<Body, Query, Params> & {
  kind: 'change'
  /** Work outside the transaction (decode, upload), done only when the key is not answered yet. */
  prepare?: (context: RouteContext<Body, Query, Params>) => Promise<Prepared>
  /** The work itself, in the transaction that also writes the key. May run again after a deadlock: no outside effects. */
  run: (
    context: RouteContext<Body, Query, Params> & { tx: Tx; prepared: Prepared; key: string },
  ) => Promise<Answer>
  /** Takes back what `prepare` left outside when `run` failed or another call with the same key won. */
  abandon?: (prepared: Prepared, context: RouteContext<Body, Query, Params>) => Promise<void>
  /** Adds to each answer, replayed ones too, what must not be stored (fresh urls). */
  present?: (body: unknown, context: RouteContext<Body, Query, Params>) => Promise<unknown>
}

/**
 * Changes something once for a key, together with what other calls ask for at the same time: `submit` sees to the key itself (a group
 * commit). Needs `<function>:write`.
 */
export type GroupedRoute<Body, Query, Params> = Shape<Body, Query, Params> & {
  kind: 'grouped'
  submit: (context: RouteContext<Body, Query, Params>, scope: KeyScope) => Promise<OnceOutcome>
}

/** Scheduled work: no key needed, a lease makes it safe to call twice at once; needs `<function>:write`. */
export type ScheduledRoute = Shape<undefined, unknown, unknown> & {
  kind: 'scheduled'
  method: 'POST'
  /** How long one run may take before another may start. */
  leaseSeconds: number
  /** For calls of the cron connector, which can send no token: at most one start in this time. */
  minIntervalSeconds: number
  /**
   * How long a caller with a token waits for another run's end; not at all unless said. After that the schedule is answered `busyAnswer`, and
   * whoever asks in person 409 `in_progress`.
   */
  waitMs?: number
  /** Answered when another run holds the lease, where nobody waits for the result. */
  busyAnswer: unknown
  run: (context: RouteContext<undefined, unknown, unknown>) => Promise<Answer>
}

/** Checks its callers itself (Telegram's secret header, a provider's address). A GET answers HEAD too. */
export type OpenRoute<Body, Params> = Omit<Shape<Body, unknown, Params>, 'rawBody' | 'query'> & {
  kind: 'open'
  run: (context: RouteContext<Body, unknown, Params> & { request: HttpRequest }) => Promise<HttpResponse>
}

/** Who looks at a page of ours: a person, in a session that `enter` of the function knows. */
export type Visitor = { userId: string; sessionId: string; language: Language }

/** For the page of the person who is shown it: `enter` of the function says who calls, no token and no id in the request. */
export type PersonRoute<Body, Query, Params> = Shape<Body, Query, Params> & {
  kind: 'person'
  run: (
    context: RouteContext<Body, Query, Params> & { visitor: Visitor; request: HttpRequest },
  ) => Promise<Answer | HttpResponse>
}

// biome-ignore lint/suspicious/noExplicitAny: routes of different shapes stand in one list; each is checked where it is defined
type AnyShape = any
export type Route =
  | ReadRoute<AnyShape, AnyShape, AnyShape>
  | ChangeRoute<AnyShape, AnyShape, AnyShape, AnyShape>
  | GroupedRoute<AnyShape, AnyShape, AnyShape>
  | ScheduledRoute
  | OpenRoute<AnyShape, AnyShape>
  | PersonRoute<AnyShape, AnyShape, AnyShape>

/** Defines a reading route. */
export const readRoute = <Body = undefined, Query = unknown, Params = unknown>(
  route: Omit<ReadRoute<Body, Query, Params>, 'kind'>,
): ReadRoute<Body, Query, Params> => ({ kind: 'read', ...route })

/** Defines a changing route. */
export const changeRoute = <Body = undefined, Query = unknown, Params = unknown, Prepared = undefined>(
  route: Omit<ChangeRoute<Body, Query, Params, Prepared>, 'kind'>,
): ChangeRoute<Body, Query, Params, Prepared> => ({ kind: 'change', ...route })

/** Defines a changing route whose calls are done together. */
export const groupedRoute = <Body = undefined, Query = unknown, Params = unknown>(
  route: Omit<GroupedRoute<Body, Query, Params>, 'kind'>,
): GroupedRoute<Body, Query, Params> => ({ kind: 'grouped', ...route })

/** Defines scheduled work. */
export const scheduledRoute = (route: Omit<ScheduledRoute, 'kind' | 'method'>): ScheduledRoute => ({
  kind: 'scheduled',
  method: 'POST',
  ...route,
})

/** Defines a route that checks its callers itself. */
export const openRoute = <Body = undefined, Params = unknown>(
  route: Omit<OpenRoute<Body, Params>, 'kind'>,
): OpenRoute<Body, Params> => ({ kind: 'open', ...route })

/** Defines a route for a person's own page. */
export const personRoute = <Body = undefined, Query = unknown, Params = unknown>(
  route: Omit<PersonRoute<Body, Query, Params>, 'kind'>,
): PersonRoute<Body, Query, Params> => ({ kind: 'person', ...route })
