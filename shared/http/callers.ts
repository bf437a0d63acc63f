import { AppError } from '#shared/errors.ts'
import { type Client, hasScope } from '#shared/platform/clients.ts'
import type { Config } from '#shared/platform/config.ts'
import type { TokenVerifier } from '#shared/platform/tokens.ts'
import type { HttpRequest } from '../../templates/node24-ts/contract.ts'
import { limitCalls } from './limit-person.ts'
import type { Resources } from './resources.ts'
import type { Route } from './route.ts'

/** The client whose token comes along, if it may call this route. @throws AppError unauthenticated, forbidden */
export const authorize = async (
  functionName: string,
  route: Route,
  request: HttpRequest,
  verify: TokenVerifier,
): Promise<Client> => {
  const caller = await verify(request.headers.authorization)
  const scope = `${functionName}:${route.kind === 'read' ? 'read' : 'write'}`
  if (!hasScope(caller, scope)) {
    throw new AppError('forbidden', { detail: `The client ${caller.id} lacks the scope ${scope}.` })
  }
  return caller
}

/** @throws AppError rate_limited with the time to wait */
export const limitClient = async (resources: Resources, caller: Client): Promise<void> => {
  // our own functions and the schedule are paced where the work comes in
  if (caller.internal) return
  const detail = 'This client calls too often; slow down.'
  await limitCalls(resources, { limit: 'client', who: caller.id, detail })
}

/** The function's own identity, for routes that check their callers themselves. */
export const selfOf = (config: Config): Client =>
  config.clients.find(config.functionName) ?? {
    id: config.functionName,
    scopes: new Set(),
    keys: [],
    internal: true,
  }
