import { decodeJwt, errors, jwtVerify, SignJWT } from 'jose'
import { AppError } from '#shared/errors.ts'
import type { Client, Clients } from './clients.ts'

/** RFC 7519 token of a caller, HS256: iss = client id, aud = function name, at most this long from iat to exp. */
export const MAX_TOKEN_SECONDS = 300
/** How far ahead of ours a caller's clock may run. */
const MAX_CLOCK_LEAD_SECONDS = 30
const CACHE_LIMIT = 5_000

type Clock = () => number

const refused = (detail: string, cause?: unknown): AppError =>
  new AppError('unauthenticated', { detail, cause })

const readClaims = (token: string): ReturnType<typeof decodeJwt> => {
  try {
    return decodeJwt(token)
  } catch (cause) {
    throw refused('The bearer token is not a JWT.', cause)
  }
}

const verifyWithAnyKey = async (
  token: string,
  client: Client,
  audience: string,
  now: number,
): Promise<void> => {
  let last: unknown
  for (const key of client.keys) {
    try {
      await jwtVerify(token, key, {
        algorithms: ['HS256'],
        audience,
        issuer: client.id,
        requiredClaims: ['iat', 'exp'],
        currentDate: new Date(now),
      })
      return
    } catch (error) {
      last = error
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) break
    }
  }
  if (last instanceof errors.JWTExpired) throw refused('The token has expired: sign a new one.', last)
  throw refused(`The token was refused: it needs HS256, iss, aud "${audience}", iat and exp.`, last)
}

export type TokenVerifier = (authorization: string | undefined) => Promise<Client>

/**
 * Checks `Authorization: Bearer <JWT>` of callers of one function. A token that passed is remembered until it expires,
 * since a busy caller sends the same one thousands of times.
 * @throws AppError unauthenticated
 */
export const createTokenVerifier = (
  clients: Clients,
  functionName: string,
  clock: Clock = Date.now,
): TokenVerifier => {
  const passed = new Map<string, { client: Client; expiresAtMs: number }>()
  return async (authorization) => {
    const token = /^Bearer +([\w.~+/=-]+)$/i.exec(authorization ?? '')?.[1]
    if (!token) throw refused('Send Authorization: Bearer <JWT>.')
    const now = clock()
    const known = passed.get(token)
    if (known && known.expiresAtMs > now) return known.client

    const claims = readClaims(token)
    const client = claims.iss === undefined ? undefined : clients.find(claims.iss)
    if (!client) throw refused('The token names no known client in iss.')
    await verifyWithAnyKey(token, client, functionName, now)
    const { iat = 0, exp = 0 } = claims
    if (exp - iat > MAX_TOKEN_SECONDS) throw refused(`exp may lie at most ${MAX_TOKEN_SECONDS} s after iat.`)
    if (iat > now / 1000 + MAX_CLOCK_LEAD_SECONDS) throw refused('iat lies in the future.')

    if (passed.size >= CACHE_LIMIT) passed.clear()
    passed.set(token, { client, expiresAtMs: exp * 1000 })
    return client
  }
}

/** Signs a token of `client` for `audience` (a function's name), valid for `seconds` (at most 300). */
export const signToken = (
  client: Client,
  audience: string,
  seconds = MAX_TOKEN_SECONDS,
  clock: Clock = Date.now,
) => {
  const now = Math.floor(clock() / 1000)
  const [key] = client.keys
  if (!key) throw new Error(`The client ${client.id} has no key.`)
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(client.id)
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + seconds)
    .sign(key)
}

/** Gives tokens for calls to other functions; each is used until shortly before it expires. */
export const createTokenSource = (
  client: Client,
  clock: Clock = Date.now,
): ((audience: string) => Promise<string>) => {
  const tokens = new Map<string, { token: Promise<string>; renewAtMs: number }>()
  return (audience) => {
    const known = tokens.get(audience)
    if (known && known.renewAtMs > clock()) return known.token
    const token = signToken(client, audience, MAX_TOKEN_SECONDS, clock)
    tokens.set(audience, { token, renewAtMs: clock() + (MAX_TOKEN_SECONDS - 60) * 1000 })
    return token
  }
}
