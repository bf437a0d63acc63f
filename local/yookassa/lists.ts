import { invalid } from './errors.ts'

const DEFAULT_LIMIT = 10
const MAX_LIMIT = 100

type Listed = { sequence: number; createdAtMs: number; status: string }

const readLimit = (query: URLSearchParams): number => {
  const text = query.get('limit')
  if (text === null) return DEFAULT_LIMIT
  const limit = Number(text)
  if (!/^\d{1,3}$/.test(text) || limit < 1 || limit > MAX_LIMIT)
    throw invalid('The limit must be from 1 to 100', 'limit')
  return limit
}

const readTime = (query: URLSearchParams, name: string): number | undefined => {
  const text = query.get(name)
  if (text === null) return undefined
  const atMs = Date.parse(text)
  // the real one wants ISO 8601 too; a date that only JavaScript understands must not pass here
  if (Number.isNaN(atMs) || !/^\d{4}-\d\d-\d\dT/.test(text)) throw invalid('The time must be ISO 8601', name)
  return atMs
}

/** Opaque to the caller: after which one the next page goes on. New ones come before it, so nothing shifts. */
const encodeCursor = (sequence: number): string => Buffer.from(`c${sequence}`).toString('base64url')

const readCursor = (query: URLSearchParams): number => {
  const text = query.get('cursor')
  if (text === null) return Number.POSITIVE_INFINITY
  const match = /^c(\d+)$/.exec(Buffer.from(text, 'base64url').toString())
  if (match === null) throw invalid('Unknown cursor', 'cursor')
  return Number(match[1])
}

/** One page of a list as the API answers it: newest first, `next_cursor` where there is more. Throws 400. */
export const listPage = <T extends Listed>(
  all: Iterable<T>,
  query: URLSearchParams,
  show: (one: T) => unknown,
): Record<string, unknown> => {
  const limit = readLimit(query)
  const before = readCursor(query)
  const status = query.get('status')
  const bounds: [name: string, holds: (atMs: number, boundMs: number) => boolean][] = [
    ['created_at.gte', (atMs, boundMs) => atMs >= boundMs],
    ['created_at.gt', (atMs, boundMs) => atMs > boundMs],
    ['created_at.lte', (atMs, boundMs) => atMs <= boundMs],
    ['created_at.lt', (atMs, boundMs) => atMs < boundMs],
  ]
  const tests = bounds.flatMap(([name, holds]) => {
    const boundMs = readTime(query, name)
    return boundMs === undefined ? [] : [(atMs: number) => holds(atMs, boundMs)]
  })
  const wanted = [...all]
    .filter(({ sequence }) => sequence < before)
    .filter((one) => status === null || one.status === status)
    .filter(({ createdAtMs }) => tests.every((holds) => holds(createdAtMs)))
    .sort((a, b) => b.sequence - a.sequence)
  const page = wanted.slice(0, limit)
  const last = page.at(-1)
  return {
    type: 'list',
    items: page.map(show),
    ...(wanted.length > limit && last !== undefined ? { next_cursor: encodeCursor(last.sequence) } : {}),
  }
}
