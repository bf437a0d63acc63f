import type { SessionKeeper } from '../api/client.ts'
import { offline, Problem, readProblem } from '../api/problem.ts'
import type { Me } from '../api/types.ts'
import { createStore, type Store } from '../lib/store.ts'

/** Why nobody is logged in: nothing to log in with, a link that is used up, Telegram's data too old, or by their own wish. */
export type WhyOut = 'none' | 'link' | 'data' | 'signed-out' | 'cookies'

export type SessionState =
  | { kind: 'starting' }
  | { kind: 'in'; me: Me }
  /** The session is over and must be renewed by the person; the page stays as it is meanwhile. */
  | { kind: 'over'; me: Me }
  | { kind: 'out'; why: WhyOut }
  | { kind: 'failed'; problem: Problem }

export type Session = SessionKeeper & {
  state: Store<SessionState>
  start: () => Promise<void>
  /** Looks whether the person has logged in elsewhere meanwhile. */
  resume: () => Promise<boolean>
  signOut: () => Promise<void>
  /** What a call has told anew of the person. */
  patchMe: (patch: Partial<Me>) => void
}

type Options = {
  base: string
  fetch: typeof fetch
  newKey: () => string
  initData: string | undefined
  loginToken: string | undefined
  /** Called where another person has logged in meanwhile: nothing of the former one may stay. */
  otherPerson: () => void
}

type Opened = { csrf: string; me: Me }

const openedFrom = ({ csrf, ...me }: Me & { csrf: string }): Opened => ({ csrf, me })

export const createSession = ({
  base,
  fetch: send,
  newKey,
  initData,
  loginToken,
  otherPerson,
}: Options): Session => {
  const state = createStore<SessionState>({ kind: 'starting' })
  let csrf: string | undefined
  let renewal: Promise<void> | undefined
  let waiting: { resolve: () => void } | undefined
  let token = loginToken

  const proofOf = () => {
    if (token !== undefined) return { loginToken: token }
    return initData === undefined ? undefined : { initData }
  }

  const answerOf = async <Answer>(path: string, init: RequestInit): Promise<Answer | Problem> => {
    try {
      const response = await send(`${base}${path}`, { credentials: 'same-origin', ...init })
      if (!response.ok) return await readProblem(response)
      return (response.status === 204 ? undefined : await response.json()) as Answer
    } catch {
      return offline()
    }
  }

  const readMe = async (): Promise<Opened | Problem> => {
    const answer = await answerOf<Me & { csrf: string }>('api/me', { cache: 'no-store' })
    return answer instanceof Problem ? answer : openedFrom(answer)
  }

  const logIn = (proof: { initData: string } | { loginToken: string }): Promise<Opened | Problem> =>
    answerOf<Opened>('api/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': newKey() },
      body: JSON.stringify(proof),
    })

  const enter = (opened: Opened): void => {
    const before = state.get()
    if ((before.kind === 'in' || before.kind === 'over') && before.me.user.id !== opened.me.user.id) {
      otherPerson()
      return
    }
    csrf = opened.csrf
    state.set({ kind: 'in', me: opened.me })
    waiting?.resolve()
    waiting = undefined
  }

  /** A refused log-in may be no loss: the tab may have a session from before. */
  const enterAnyhow = async (refused: WhyOut): Promise<void> => {
    const present = await readMe()
    if (!(present instanceof Problem)) enter(present)
    else if (present.status === 401 || present.code === 'user_not_found')
      state.set({ kind: 'out', why: refused })
    else state.set({ kind: 'failed', problem: present })
  }

  const start = async (): Promise<void> => {
    state.set({ kind: 'starting' })
    const proof = proofOf()
    if (!proof) return enterAnyhow('none')
    const opened = await logIn(proof)
    // good for one time only, also where the answer was no
    if (!(opened instanceof Problem) || opened.status !== 0) token = undefined
    if (!(opened instanceof Problem)) {
      enter(opened)
    } else if (opened.status >= 400 && opened.status < 500 && opened.status !== 429) {
      await enterAnyhow('loginToken' in proof ? 'link' : 'data')
    } else {
      state.set({ kind: 'failed', problem: opened })
    }
  }

  const askPerson = (): Promise<void> => {
    const before = state.get()
    if (before.kind === 'in') state.set({ kind: 'over', me: before.me })
    return new Promise((resolve) => {
      waiting = { resolve }
    })
  }

  const renewOnce = async (): Promise<void> => {
    if (initData !== undefined) {
      const opened = await logIn({ initData })
      if (!(opened instanceof Problem)) return enter(opened)
      // away or too busy: the session may well be renewed at the next try
      if (opened.status === 0 || opened.status >= 429) throw opened
    }
    return askPerson()
  }

  return {
    state,
    start,
    csrf: () => csrf,
    renew: () => {
      renewal ??= renewOnce().finally(() => {
        renewal = undefined
      })
      return renewal
    },
    lost: () => state.set({ kind: 'out', why: 'cookies' }),
    patchMe: (patch) => {
      const present = state.get()
      if (present.kind === 'in' || present.kind === 'over') {
        state.set({ ...present, me: { ...present.me, ...patch } })
      }
    },
    refreshCsrf: async () => {
      const present = await readMe()
      if (!(present instanceof Problem)) enter(present)
    },
    resume: async () => {
      const present = await readMe()
      if (present instanceof Problem) return false
      enter(present)
      return true
    },
    signOut: async () => {
      const headers = { 'idempotency-key': newKey(), ...(csrf === undefined ? {} : { 'x-csrf-token': csrf }) }
      const answer = await answerOf<undefined>('api/session', { method: 'DELETE', headers })
      if (answer instanceof Problem && answer.status !== 401) throw answer
      csrf = undefined
      state.set({ kind: 'out', why: 'signed-out' })
    },
  }
}
