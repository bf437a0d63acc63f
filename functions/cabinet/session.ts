import { createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { findSession } from '#shared/db/cabinet-sessions.ts'
import { AppError } from '#shared/errors.ts'
import type { Entered } from '#shared/http/define-function.ts'
import { limitCalls } from '#shared/http/limit-person.ts'
import type { Resources } from '#shared/http/resources.ts'
import type { HttpRequest } from '#template/contract.ts'
import { publicAddressOf } from './public-address.ts'
import { requireSameOrigin } from './same-origin.ts'

/** Of the cookie; every call past half of it gets a new one, so that whoever stays away so long is logged out. */
const COOKIE_SECONDS = 15 * 60
/** Of the row: however busy the page is, it asks for a login again then. */
export const SESSION_SECONDS = 12 * 60 * 60

const COOKIE = 'kopeika_session'
/** As issuer and as audience: only the cabinet gives these out and takes them. */
const CABINET = 'cabinet'

const Claims = z.looseObject({ sid: z.uuid(), iat: z.int() })

const keyOf = ({ sign }: Resources): KeyObject => createSecretKey(sign('cabinet-session', COOKIE))

/** Where the page stands in a frame of Telegram Web it is a third party there: only such a cookie comes back (CHIPS), and only over https. */
const attributesOf = (resources: Resources): string => {
  const { path, isSecure } = publicAddressOf(resources.config)
  const site = isSecure ? 'SameSite=None; Secure; Partitioned' : 'SameSite=Lax'
  // without the slash at the end, so that it holds for the address without one too
  return `Path=${path.replace(/(?<=.)\/$/, '')}; HttpOnly; ${site}`
}

/** The cookie that names a session for the next 15 minutes. */
export const sessionCookie = async (resources: Resources, sessionId: string): Promise<string> => {
  const now = Math.floor(resources.clock() / 1000)
  const token = await new SignJWT({ sid: sessionId })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(CABINET)
    .setAudience(CABINET)
    .setIssuedAt(now)
    .setExpirationTime(now + COOKIE_SECONDS)
    .sign(keyOf(resources))
  return `${COOKIE}=${token}; Max-Age=${COOKIE_SECONDS}; ${attributesOf(resources)}`
}

/** Takes the cookie away. */
export const noCookie = (resources: Resources): string => `${COOKIE}=; Max-Age=0; ${attributesOf(resources)}`

/** What a page must say besides having the cookie: another site that makes the browser send the cookie cannot know it. */
export const csrfTokenOf = ({ sign }: Resources, sessionId: string): string =>
  sign('cabinet-csrf', sessionId).toString('base64url')

const isOver = (cause?: unknown): AppError =>
  new AppError('unauthenticated', { detail: 'There is no session, or it is over.', cause })

/** The one cookie of that name; two mean that somebody else has planted one. */
const cookieOf = ({ headers }: HttpRequest): string => {
  const prefix = `${COOKIE}=`
  const values = (headers.cookie ?? '')
    .split(/[;,]/)
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(prefix))
    .map((pair) => pair.slice(prefix.length))
  const [value] = values
  if (value === undefined || values.length > 1) throw isOver()
  return value
}

const readCookie = async (
  request: HttpRequest,
  resources: Resources,
): Promise<{ sessionId: string; ageSeconds: number }> => {
  const token = cookieOf(request)
  const now = resources.clock()
  try {
    const { payload } = await jwtVerify(token, keyOf(resources), {
      algorithms: ['HS256'],
      issuer: CABINET,
      audience: CABINET,
      requiredClaims: ['iat', 'exp'],
      currentDate: new Date(now),
    })
    const { sid, iat } = Claims.parse(payload)
    return { sessionId: sid, ageSeconds: now / 1000 - iat }
  } catch (error) {
    throw isOver(error)
  }
}

const requireCsrfToken = (request: HttpRequest, resources: Resources, sessionId: string): void => {
  if (request.method === 'GET') return
  const given = Buffer.from(request.headers['x-csrf-token'] ?? '')
  const right = Buffer.from(csrfTokenOf(resources, sessionId))
  if (given.length === right.length && timingSafeEqual(given, right)) return
  throw new AppError('forbidden', { detail: 'Send the X-Csrf-Token of this session.' })
}

/** Who looks at the page: the person of the session, and nobody else, whatever the request says. @throws AppError */
export const enter = async (request: HttpRequest, resources: Resources): Promise<Entered> => {
  requireSameOrigin(request, publicAddressOf(resources.config))
  const { sessionId, ageSeconds } = await readCookie(request, resources)
  const session = await findSession(resources.sql, sessionId)
  if (!session) throw isOver()
  requireCsrfToken(request, resources, sessionId)
  await limitCalls(resources, {
    limit: 'visits',
    who: session.userId,
    detail: 'Too much at once; wait a little.',
  })
  const isHalfOver = ageSeconds > COOKIE_SECONDS / 2
  return {
    visitor: { ...session, sessionId },
    headers: isHalfOver ? { 'set-cookie': await sessionCookie(resources, sessionId) } : {},
  }
}
