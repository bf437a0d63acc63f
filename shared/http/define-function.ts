import { randomUUID } from 'node:crypto'
import { toPublicError } from '#shared/db/sqlstate.ts'
import { type Config, describeConfig, loadConfig, type Need } from '#shared/platform/config.ts'
import { withDeadline } from '#shared/platform/deadline.ts'
import { processEnv } from '#shared/platform/env.ts'
import { createSecretReader } from '#shared/platform/secrets.ts'
import { createTokenVerifier, type TokenVerifier } from '#shared/platform/tokens.ts'
import type { HttpRequest, HttpResponse, RunningFunction } from '../../templates/node24-ts/contract.ts'
import { authorize, limitClient, selfOf } from './callers.ts'
import { bodyLimitOf, matchRoute } from './match.ts'
import { answerHealth, answerMetrics, answerReady } from './probes.ts'
import { renderProblem } from './problem.ts'
import { openResources, type ResourceOptions, type Resources } from './resources.ts'
import type { Route, RouteContext, Visitor } from './route.ts'
import { readInput, runChange, runForPerson, runGrouped, runRead, runScheduled } from './run-route.ts'

const MIB = 1024 * 1024

/** Who has come, and headers for the answer. */
export type Entered = { visitor: Visitor; headers: Record<string, string> }

export type FunctionDefinition = {
  name: string
  /** Fixed paths before patterns. */
  routes: readonly Route[]
  needs: readonly Need[]
  /** 1 MiB unless said. */
  bodyLimitBytes?: number
  /**
   * Says who calls a route of kind `person`, and what the answer tells the browser of the session.
   * @throws AppError unauthenticated, forbidden
   */
  enter?: (request: HttpRequest, resources: Resources) => Promise<Entered>
  /** Longest time for one call in ms; the configuration's (8 s) unless said. */
  deadlineMs?: number
  /** Work at start that must succeed, such as making buckets. */
  onStart?: (resources: Resources) => Promise<void>
  /** Ends work that goes on beside calls, before the connections are closed. */
  onStop?: (resources: Resources) => Promise<void>
  /** The scheduled route that `POST /` with neither key nor body means, where `/` itself takes something: the schedule knows no paths. */
  wakePath?: string
  /** Further checks of /ready beside the database. */
  onReady?: (resources: Resources) => Promise<void>
}

export type DefinedFunction = FunctionDefinition & {
  /** Opens the function with the configuration of this process's environment. @throws ConfigError */
  start: () => Promise<RunningFunction>
  /** Opens the function with a given configuration (tests, tools). */
  open: (config: Config, options?: ResourceOptions) => Promise<RunningFunction & { resources: Resources }>
}

/** A caller's X-Call-Id is taken over when it is harmless, so that one request can be followed across functions. */
const requestIdOf = (request: HttpRequest): string => {
  const given = request.headers['x-call-id']
  return given !== undefined && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID()
}

type Opened = { definition: FunctionDefinition; resources: Resources; verify: TokenVerifier }

const enter = async (
  definition: FunctionDefinition,
  request: HttpRequest,
  resources: Resources,
): Promise<Entered> => {
  if (!definition.enter)
    throw new Error(`The function ${definition.name} has routes for people, and no enter.`)
  return definition.enter(request, resources)
}

const isConnectorCall = (route: Route, request: HttpRequest, config: Config): boolean =>
  route.kind === 'scheduled' &&
  config.allowCronWakeup &&
  request.headers['x-connector'] === 'cron-connector' &&
  request.headers.authorization === undefined

const runRoute = async (
  opened: Opened,
  route: Route,
  params: Record<string, string>,
  request: HttpRequest,
  requestId: string,
) => {
  const { definition, resources, verify } = opened
  const { config } = resources
  const byCronConnector = isConnectorCall(route, request, config)
  const entered = route.kind === 'person' ? await enter(definition, request, resources) : undefined
  const isSelfChecked = route.kind === 'open' || entered !== undefined || byCronConnector
  const caller = isSelfChecked ? selfOf(config) : await authorize(definition.name, route, request, verify)
  if (!isSelfChecked) await limitClient(resources, caller)

  const log = resources.log.child({ requestId })
  const later: (() => Promise<unknown>)[] = []
  const { hashed, ...input } = readInput(route, request, params)
  const deadlineMs = definition.deadlineMs ?? config.deadlineMs
  const response = await withDeadline(deadlineMs, request.signal, ({ signal, remainingMs }) => {
    // biome-ignore lint/suspicious/noExplicitAny: each route's types hold where it is defined
    const context: RouteContext<any, any, any> = {
      ...input,
      caller,
      resources,
      get sql() {
        return resources.sql
      },
      log,
      requestId,
      signal,
      remainingMs,
      afterCommit: (work) => later.push(work),
    }
    switch (route.kind) {
      case 'read':
        return runRead(route, context)
      case 'change':
        return runChange(route, context, request, hashed)
      case 'grouped':
        return runGrouped(route, context, request, hashed)
      case 'scheduled':
        return runScheduled(route, context, { byCronConnector })
      case 'person':
        if (!entered) throw new Error('Nobody has come in.')
        return runForPerson(route, context, { ...entered, request })
      case 'open':
        // not spread: a copy would open the database for a route that needs none
        return route.run(Object.assign(context, { request }))
    }
  })
  for (const work of later) {
    resources.afterAnswer(async () => {
      try {
        await work()
      } catch (error) {
        log.warn({ err: error }, 'work after the answer failed')
      }
    })
  }
  return response
}

const LOG_FROM_STATUS = 500

/** What the schedule and wake-ups send: nothing, or the empty object. */
const isWakeUp = ({ method, path, headers, body }: HttpRequest): boolean =>
  method === 'POST' &&
  (path === '/' || path === '') &&
  headers['idempotency-key'] === undefined &&
  (body.length === 0 || (body.length === 2 && body.toString() === '{}'))

const handleRoute = async (
  opened: Opened,
  request: HttpRequest,
  requestId: string,
): Promise<HttpResponse> => {
  const { resources, definition } = opened
  const startedAt = performance.now()
  let label = 'none'
  resources.metrics.inFlight.inc()
  let response: HttpResponse
  try {
    const { wakePath } = definition
    const path = wakePath !== undefined && isWakeUp(request) ? wakePath : request.path
    const { route, params } = matchRoute(definition.routes, request.method, path)
    label = route.path
    response = await runRoute(opened, route, params, request, requestId)
  } catch (caught) {
    const error = toPublicError(caught)
    response = renderProblem(error, requestId)
    const level = response.status >= LOG_FROM_STATUS ? 'error' : 'debug'
    resources.log[level](
      { requestId, method: request.method, route: label, status: response.status, err: caught },
      'request failed',
    )
  } finally {
    resources.metrics.inFlight.dec()
  }
  const method = request.method
  resources.metrics.requests.inc({ route: label, method, status: response.status })
  resources.metrics.seconds.observe({ route: label, method }, (performance.now() - startedAt) / 1000)
  return response
}

const handle = (opened: Opened, request: HttpRequest): Promise<HttpResponse> => {
  const requestId = requestIdOf(request)
  if (request.method === 'GET') {
    if (request.path === '/ready') return answerReady(opened, request, requestId)
    if (request.path === '/healthz') return Promise.resolve(answerHealth(requestId))
    if (request.path === '/metrics') return answerMetrics(opened.resources, request, requestId)
  }
  return handleRoute(opened, request, requestId)
}

/**
 * Makes a function of the house from its routes: callers and scopes, rate limit, parsing, idempotency, deadline, problem documents,
 * metrics and log stand here once, so that a handler holds nothing but its own work.
 */
export const defineFunction = (definition: FunctionDefinition): DefinedFunction => {
  const open = async (config: Config, options: ResourceOptions = {}) => {
    const resources = openResources(config, options)
    const opened: Opened = {
      definition,
      resources,
      verify: createTokenVerifier(config.clients, definition.name, resources.clock),
    }
    // Redis may be away: then limits degrade, and the client goes on trying in the background
    if (definition.needs.includes('redis')) await resources.redis.connect()
    await definition.onStart?.(resources)
    return {
      name: definition.name,
      bodyLimitBytes: definition.bodyLimitBytes ?? MIB,
      bodyLimitOf: (method: string, path: string) => bodyLimitOf(definition.routes, method, path),
      handle: (request: HttpRequest) => handle(opened, request),
      close: async () => {
        await definition.onStop?.(resources)
        await resources.close()
      },
      resources,
    }
  }
  const start = async (): Promise<RunningFunction> => {
    const env = processEnv()
    const config = loadConfig(definition.name, definition.needs, env, createSecretReader(env))
    const running = await open(config)
    running.resources.log.info(describeConfig(config), 'started')
    return running
  }
  return { ...definition, start, open }
}
