/**
 * Of one connection only (RFC 9110, 7.6.1), set by the gateway itself, or trusted by functions and therefore never taken from outside. `x-timeout` would let a
 * caller make of-watchdog answer 504 while the function goes on.
 */
const DROPPED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'x-timeout',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'forwarded',
  'x-real-ip',
  'x-call-id',
])

const CALL_ID = /^[\w.-]{1,64}$/

/** The caller's X-Call-Id where it is a sane one, else `make()`. */
export const callIdOf = (given: string | string[] | undefined, make: () => string): string =>
  typeof given === 'string' && CALL_ID.test(given) ? given : make()

/** Headers that a `Connection` header names belong to that connection too; undefined for the usual `keep-alive` and `close`. */
const namedByConnection = (connection: string | undefined): Set<string> | undefined => {
  if (connection === undefined || /^(keep-alive|close)$/i.test(connection)) return undefined
  return new Set(
    connection
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  )
}

/** What of a raw header list (name, value, name, value, ...) goes on to the other side, in either direction. */
export const passOn = (raw: readonly string[], connection: string | undefined): string[] => {
  const named = namedByConnection(connection)
  const kept: string[] = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? ''
    const lower = name.toLowerCase()
    if (DROPPED.has(lower) || named?.has(lower)) continue
    kept.push(name, raw[index + 1] ?? '')
  }
  return kept
}
