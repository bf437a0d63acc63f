import { offline, type Problem, readProblem } from './problem.ts'

/** What is kept of a session outside its cookie, and how to get another. */
export type SessionKeeper = {
  csrf: () => string | undefined
  /** A new session, silently where that is possible, else when the person has logged in. Rejects if they will not. */
  renew: () => Promise<void>
  /** Asks the server for the present CSRF token, which may be another one since a session was renewed in another tab. */
  refreshCsrf: () => Promise<void>
  /** Called where the new session is no good either: the browser keeps no cookie here. */
  lost: () => void
}

export type Change = {
  method: 'POST' | 'PATCH' | 'DELETE'
  path: string
  /** An object goes as JSON, a Blob as it is. */
  body?: Record<string, unknown> | Blob
  /** The same for every try of one intention, so that nothing is paid or stored twice. */
  key: string
}

type Call = { method: 'GET'; path: string; signal?: AbortSignal } | (Change & { signal?: AbortSignal })

const typeOf = (body: Change['body']): Record<string, string> => {
  if (body === undefined) return {}
  return { 'content-type': body instanceof Blob ? body.type : 'application/json' }
}

const requestOf = (call: Call, csrf: string | undefined): RequestInit => {
  const common = { method: call.method, credentials: 'same-origin' } as const
  const signal = call.signal === undefined ? {} : { signal: call.signal }
  if (call.method === 'GET') return { ...common, ...signal, cache: 'no-store' }
  const headers = {
    ...typeOf(call.body),
    'idempotency-key': call.key,
    ...(csrf === undefined ? {} : { 'x-csrf-token': csrf }),
  }
  const { body } = call
  return {
    ...common,
    ...signal,
    headers,
    ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
  }
}

/** A refusal because of the person's own daily limit is a 403 too, and no new token helps there. */
const mayBeCsrf = (problem: Problem, call: Call): boolean =>
  problem.status === 403 && call.method !== 'GET' && problem.leftToday === undefined

export type Client = {
  read: <Answer>(path: string, signal?: AbortSignal) => Promise<Answer>
  change: <Answer>(change: Change) => Promise<Answer>
  /** The raw answer, for files. */
  fetch: (path: string, signal?: AbortSignal) => Promise<Response>
}

/** Calls of the cabinet's own server: a session that is over is renewed once, and the call sent again with the same key. */
export const createClient = ({
  base,
  session,
  fetch: send,
}: {
  base: string
  session: SessionKeeper
  fetch: typeof fetch
}): Client => {
  const attempt = async (call: Call): Promise<Response | Problem> => {
    let response: Response
    try {
      response = await send(`${base}${call.path}`, requestOf(call, session.csrf()))
    } catch (error) {
      if (call.signal?.aborted === true) throw error
      return offline()
    }
    return response.ok ? response : readProblem(response)
  }
  const perform = async (call: Call): Promise<Response> => {
    let outcome = await attempt(call)
    if (!(outcome instanceof Response) && outcome.status === 401) {
      await session.renew()
      outcome = await attempt(call)
      if (!(outcome instanceof Response) && outcome.status === 401) session.lost()
    } else if (!(outcome instanceof Response) && mayBeCsrf(outcome, call)) {
      await session.refreshCsrf()
      outcome = await attempt(call)
    }
    if (outcome instanceof Response) return outcome
    throw outcome
  }
  const parse = async <Answer>(response: Response): Promise<Answer> => {
    if (response.status === 204) return undefined as Answer
    try {
      return (await response.json()) as Answer
    } catch {
      // cut off on the way
      throw offline()
    }
  }
  return {
    read: async (path, signal) =>
      parse(await perform({ method: 'GET', path, ...(signal === undefined ? {} : { signal }) })),
    change: async (change) => parse(await perform(change)),
    fetch: (path, signal) => perform({ method: 'GET', path, ...(signal === undefined ? {} : { signal }) }),
  }
}
