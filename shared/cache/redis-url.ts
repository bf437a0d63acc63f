/** Where a Redis (or Valkey) is and how it is laid out. */
export type RedisTarget =
  | ({ kind: 'single'; node: RedisNode; db: number } & RedisAccess)
  | ({ kind: 'cluster'; nodes: RedisNode[] } & RedisAccess)
  | ({ kind: 'sentinel'; sentinels: RedisNode[]; masterName: string; db: number } & RedisAccess)

export type RedisNode = { host: string; port: number }

type RedisAccess = { tls: boolean; username?: string; password?: string }

const FORMS =
  'redis://[user:password@]host[:port][/db], redis+cluster://host[:port],host[:port] or ' +
  'redis+sentinel://host[:port],host[:port]/master-name[/db] (rediss for TLS)'

const URL_FORM = /^(rediss?)(?:\+(cluster|sentinel))?:\/\/(?:(.*)@)?([^/@]+)(?:\/(.*))?$/
const NODE_FORM = /^(\[[0-9a-fA-F:.]+\]|[^:[\]\s]+)(?::(\d{1,5}))?$/

// The URL may hold a password, so a complaint never repeats it.
const badUrl = (what: string): Error => new Error(`The Redis URL is not valid: ${what}. Use ${FORMS}.`)

const parseNode = (text: string, defaultPort: number): RedisNode => {
  const match = NODE_FORM.exec(text.trim())
  const host = match?.[1]
  const port = Number(match?.[2] ?? defaultPort)
  if (host === undefined || port < 1 || port > 65_535) throw badUrl('a host or port cannot be read')
  return { host: host.replace(/^\[|\]$/g, ''), port }
}

const parseNodes = (text: string, defaultPort: number): RedisNode[] =>
  text.split(',').map((part) => parseNode(part, defaultPort))

const parseDb = (text: string | undefined): number => {
  if (text === undefined || text === '') return 0
  if (!/^\d{1,4}$/.test(text)) throw badUrl('the database must be a number')
  return Number(text)
}

const parseAccess = (userInfo: string | undefined): { username?: string; password?: string } => {
  if (userInfo === undefined || userInfo === '') return {}
  const colon = userInfo.indexOf(':')
  const [user, password] =
    colon === -1 ? [userInfo, ''] : [userInfo.slice(0, colon), userInfo.slice(colon + 1)]
  try {
    return {
      ...(user === '' ? {} : { username: decodeURIComponent(user) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    }
  } catch {
    // The URIError says nothing more, and its message may show a part of the password.
    throw badUrl('user or password are not percent-encoded')
  }
}

/**
 * Reads a Redis URL: one node, a Cluster or Sentinels, chosen by the scheme (several hosts do not fit the URL standard,
 * so `new URL` cannot read them). Throws an Error that never shows the URL.
 */
export const parseRedisUrl = (url: string): RedisTarget => {
  const [, scheme, layout, userInfo, hosts = '', path = ''] = URL_FORM.exec(url.trim()) ?? []
  if (scheme === undefined) throw badUrl('its form is unknown')
  const access = { tls: scheme === 'rediss', ...parseAccess(userInfo) }
  const segments = path.split('/')
  if (layout === 'cluster') {
    if (path !== '') throw badUrl('a cluster has no database number')
    return { kind: 'cluster', nodes: parseNodes(hosts, 6379), ...access }
  }
  if (layout === 'sentinel') {
    const masterName = segments[0] ?? ''
    if (masterName === '' || segments.length > 2) throw badUrl('the name of the Sentinel master is missing')
    return {
      kind: 'sentinel',
      sentinels: parseNodes(hosts, 26_379),
      masterName,
      db: parseDb(segments[1]),
      ...access,
    }
  }
  if (segments.length > 1 || hosts.includes(',')) throw badUrl('a single node has one host and one database')
  return { kind: 'single', node: parseNode(hosts, 6379), db: parseDb(segments[0]), ...access }
}
