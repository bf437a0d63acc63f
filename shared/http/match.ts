import { AppError } from '#shared/errors.ts'
import type { Route } from './route.ts'

export type Match = { route: Route; params: Record<string, string> }

const decode = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch (cause) {
    throw new AppError('invalid_input', { detail: 'The path is not percent-encoded UTF-8.', cause })
  }
}

const matchPath = (pattern: string, path: string): Record<string, string> | undefined => {
  const want = pattern.split('/')
  const have = path.split('/')
  if (want.length !== have.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of want.entries()) {
    const value = have[index] ?? ''
    if (part.startsWith(':')) {
      if (value === '') return undefined
      params[part.slice(1)] = decode(value)
    } else if (part !== value) return undefined
  }
  return params
}

/** Finds the route; a fixed path wins over a pattern by standing first. @throws AppError not_found, method_not_allowed */
export const matchRoute = (routes: readonly Route[], method: string, path: string): Match => {
  const trimmed = path.length > 1 ? path.replace(/\/$/, '') : path
  const allowed: string[] = []
  for (const route of routes) {
    const params = matchPath(route.path, trimmed)
    if (!params) continue
    // the server leaves the body of an answer to HEAD out by itself
    const isHead = method === 'HEAD' && route.method === 'GET' && route.kind === 'open'
    if (route.method === method || isHead) return { route, params }
    allowed.push(route.method)
  }
  if (allowed.length === 0) throw new AppError('not_found', { detail: 'There is nothing at this path.' })
  const allow = [...new Set(allowed)].join(', ')
  throw new AppError('method_not_allowed', { detail: `Use ${allow} here.`, extra: { allow } })
}

/** The body limit of the very route, where it has one of its own; whatever fits no route is refused later. */
export const bodyLimitOf = (routes: readonly Route[], method: string, path: string): number | undefined => {
  if (!routes.some(({ bodyLimitBytes }) => bodyLimitBytes !== undefined)) return undefined
  try {
    return matchRoute(routes, method, path).route.bodyLimitBytes
  } catch {
    return undefined
  }
}
