import { createHash, randomUUID } from 'node:crypto'
import { z } from 'zod'
import { endSession, findLoginLink, openSession, takeLoginLink } from '#shared/db/cabinet-sessions.ts'
import type { Tx } from '#shared/db/client.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { AppError } from '#shared/errors.ts'
import { limitPerson } from '#shared/http/limit-person.ts'
import { baseHeaders } from '#shared/http/problem.ts'
import type { Resources } from '#shared/http/resources.ts'
import { openRoute, personRoute, type RouteContext, type Visitor } from '#shared/http/route.ts'
import { Id } from '#shared/http/subject.ts'
import { verifyInitData } from '#shared/telegram/init-data.ts'
import { registrationOf } from '#shared/telegram/registration.ts'
import type { HttpRequest } from '#template/contract.ts'
import { handOn } from './ask.ts'
import { readMe } from './me.ts'
import { countLogin } from './metrics.ts'
import { publicAddressOf } from './public-address.ts'
import { requireSameOrigin } from './same-origin.ts'
import { csrfTokenOf, noCookie, SESSION_SECONDS, sessionCookie } from './session.ts'
import { Me } from './shapes.ts'

/** A Mini App is opened and used at once; after this it must be opened anew. Within it the same initData may come again (a reload). */
const INIT_DATA_SECONDS = 60 * 60

const Login = z.union([
  z.strictObject({ initData: z.string().min(1).max(65_536) }),
  z.strictObject({ loginToken: z.string().min(1).max(256) }),
])
type Login = z.infer<typeof Login>

const Registered = z.looseObject({ user: z.looseObject({ id: Id }) })

type Context = RouteContext<Login, unknown, unknown> & { request: HttpRequest }

/** Who comes in, and what is used up by that: asked in the transaction that makes the session. */
type Arrival = { userId: string; use: (tx: Tx) => Promise<boolean> }

const refused = (detail: string, reason: string): AppError =>
  new AppError('unauthenticated', { detail, extra: { reason } })

const arriveByTelegram = async (context: Context, initData: string): Promise<Arrival> => {
  const { resources, requestId, signal } = context
  const { telegram } = resources.config
  if (!telegram) throw new Error('The cabinet needs the token of the bot.')
  const outcome = verifyInitData(initData, {
    token: telegram.token,
    nowSeconds: resources.clock() / 1000,
    maxAgeSeconds: INIT_DATA_SECONDS,
  })
  if ('problem' in outcome) {
    countLogin(resources, outcome.problem)
    // only what its sender knows anyhow: whether it is ours is not told apart from how it was changed
    const isOld = outcome.problem === 'expired'
    throw refused('Open the cabinet in Telegram once more.', isOld ? 'expired' : 'refused')
  }
  await limitPerson(resources, 'logins', `telegram:${outcome.user.id}`)
  const registration = {
    functionName: 'register',
    method: 'POST',
    body: registrationOf(outcome.user),
    idempotencyKey: randomUUID(),
    requestId,
    signal,
  } as const
  const { user } = await resources.call(registration, Registered).catch((error: unknown) => {
    throw handOn(error)
  })
  return { userId: user.id, use: async () => true }
}

const goneLink = (resources: Resources): AppError => {
  countLogin(resources, 'gone')
  return refused('This link was used already, or is too old: ask the bot for another one.', 'gone')
}

const arriveByLink = async (context: Context, token: string): Promise<Arrival> => {
  const { resources, request, sql } = context
  // as the edge tells it; whoever guesses does so from somewhere
  const address = request.headers['x-forwarded-for']?.slice(0, 100) ?? 'unknown'
  await limitPerson(resources, 'logins', `address:${address}`)
  const hash = createHash('sha256').update(token).digest()
  const userId = await findLoginLink(sql, hash)
  if (userId === undefined) throw goneLink(resources)
  return { userId, use: async (tx) => (await takeLoginLink(tx, hash)) !== undefined }
}

/** @throws AppError unauthenticated where another call has used the link meanwhile, or the person has gone */
const begin = async (context: Context, { userId, use }: Arrival): Promise<Visitor> => {
  const session = await inTransaction(context.sql, async (tx) =>
    (await use(tx)) ? openSession(tx, { userId, seconds: SESSION_SECONDS }) : undefined,
  )
  if (!session) throw goneLink(context.resources)
  return { userId, ...session }
}

/**
 * POST /api/session: by what Telegram says of the person, or by a link that the bot gave. What the page needs is read before the link is used up:
 * while a part of ours is away the link stays good.
 */
export const logIn = openRoute({
  method: 'POST',
  path: '/api/session',
  summary: "Opens a session of the cabinet by a Mini App's initData, or by the token of a log-in link",
  body: Login,
  answers: { 200: z.object({ csrf: z.string(), me: Me }) },
  run: async (context) => {
    const { body, request, requestId, resources, signal } = context
    requireSameOrigin(request, publicAddressOf(resources.config))
    const isByLink = 'loginToken' in body
    const arrival = isByLink
      ? await arriveByLink(context, body.loginToken)
      : await arriveByTelegram(context, body.initData)
    const unborn = { userId: arrival.userId, sessionId: '', language: 'en' } as const
    const me = await readMe({ resources, requestId, signal, request, visitor: unborn })
    const { sessionId } = await begin(context, arrival)
    countLogin(resources, isByLink ? 'link' : 'mini-app')
    const csrf = csrfTokenOf(resources, sessionId)
    return {
      status: 200,
      headers: {
        ...baseHeaders(requestId),
        'content-type': 'application/json; charset=utf-8',
        'set-cookie': await sessionCookie(resources, sessionId),
      },
      body: JSON.stringify({ csrf, me: { ...me, csrf } }),
    }
  },
})

/** DELETE /api/session: the session is over in every tab that has it. */
export const logOut = personRoute({
  method: 'DELETE',
  path: '/api/session',
  summary: 'Ends the session',
  answers: { 204: z.undefined() },
  run: async ({ visitor, resources, sql }) => {
    await endSession(sql, visitor.sessionId)
    return { status: 204, headers: { 'set-cookie': noCookie(resources) }, body: '' }
  },
})
