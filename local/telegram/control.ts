import type { IncomingMessage, ServerResponse } from 'node:http'
import { FaultRequestError } from '../misbehave/control.ts'
import { ControlError } from '../simulator/control-error.ts'
import { readBody, TooLargeError, toRequest } from '../simulator/node-http.ts'
import { BotApiError } from './api-error.ts'
import { BodyError, readContent } from './body.ts'
import { chatRoutes } from './control/chats.ts'
import { faultRoutes } from './control/faults.ts'
import { paymentRoutes } from './control/payments.ts'
import { peopleRoutes } from './control/people.ts'
import type { ControlRequest, Route } from './control/route.ts'
import { watchRoutes } from './control/watch.ts'
import type { SimulatorState } from './state.ts'

const BODY_LIMIT_BYTES = 25 * 1024 * 1024

const ROUTES = [...peopleRoutes, ...chatRoutes, ...paymentRoutes, ...faultRoutes, ...watchRoutes].map(
  (route) => ({
    ...route,
    pattern: new RegExp(`^${route.path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`),
  }),
)

const findRoute = (method: string, path: string): { route: Route; params: Record<string, string> } => {
  const matches = ROUTES.flatMap((route) => {
    const match = route.pattern.exec(path)
    return match === null ? [] : [{ route, params: { ...match.groups } }]
  })
  if (matches.length === 0) throw new ControlError(404, 'There is no such route.')
  const found = matches.find(({ route }) => route.method === method)
  if (found === undefined) throw new ControlError(405, 'This route has another method.')
  return found
}

const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  if (response.headersSent) return
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}

const refuse = (state: SimulatorState, error: unknown): { status: number; sentence: string } => {
  if (error instanceof ControlError) return { status: error.status, sentence: error.message }
  if (error instanceof FaultRequestError) return { status: error.status, sentence: error.message }
  if (error instanceof BotApiError) return { status: 400, sentence: error.message }
  if (error instanceof BodyError) return { status: 400, sentence: error.message }
  if (error instanceof TooLargeError) return { status: 413, sentence: 'A body may have 25 MB at most.' }
  state.log(`control: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  return { status: 500, sentence: 'The simulator failed; its log says why.' }
}

const readControl = async (
  state: SimulatorState,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  signal: AbortSignal,
): Promise<{ route: Route; control: ControlRequest }> => {
  const { route, params } = findRoute(request.method ?? 'GET', url.pathname)
  const body = route.method === 'GET' ? undefined : await readBody(request, BODY_LIMIT_BYTES)
  const { fields, files } =
    body === undefined ? { fields: {}, files: new Map() } : await readContent(toRequest(request, url, body))
  return {
    route,
    control: { state, query: url.searchParams, params, fields, files, signal, request, response },
  }
}

/** Answers a request under /sim: what people do, and what the page and tests look at. Documented in README.md. */
export const answerControl = async (
  state: SimulatorState,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  signal: AbortSignal,
): Promise<void> => {
  try {
    const { route, control } = await readControl(state, request, response, url, signal)
    const result = await route.run(control)
    if (result !== undefined) sendJson(response, 200, result)
  } catch (error) {
    const { status, sentence } = refuse(state, error)
    sendJson(response, status, { error: sentence })
  }
}
