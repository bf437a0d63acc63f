import { expect, test, vi } from 'vitest'
import type { Me } from '../api/types.ts'
import { createSession } from './session.ts'

const meOf = (id: string): Me & { csrf: string } =>
  ({ csrf: `csrf-of-${id}`, user: { id }, balance: { coins: 5, held: 0, debt: 0 } }) as Me & { csrf: string }

const opened = (id: string) => {
  const { csrf, ...me } = meOf(id)
  return { csrf, me }
}

const refused = { status: 401, body: { code: 'unauthenticated' } }

type Answer = { status?: number; body: unknown } | Error

/** A server that answers by method and path; the last answer for a call stays. */
const sessionFor = (
  answers: Record<string, Answer[]>,
  proof: { initData?: string; loginToken?: string } = {},
) => {
  const calls: string[] = []
  const bodies: unknown[] = []
  const otherPerson = vi.fn<() => void>()
  const session = createSession({
    base: '/c/',
    newKey: () => 'key',
    initData: proof.initData,
    loginToken: proof.loginToken,
    otherPerson,
    fetch: async (url, init) => {
      const name = `${init?.method ?? 'GET'} ${String(url).slice(3)}`
      calls.push(name)
      if (init?.body) bodies.push(JSON.parse(String(init.body)))
      const [answer, ...more] = answers[name] ?? []
      if (more.length > 0) answers[name] = more
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error(`unexpected ${name}`)
      const { status = 200, body } = answer
      return new Response(status === 204 ? null : JSON.stringify(body), { status })
    },
  })
  return { session, calls, bodies, otherPerson }
}

test('inside Telegram one call opens the session and tells who it is', async () => {
  const { session, calls, bodies } = sessionFor(
    { 'POST api/session': [{ body: opened('anna') }] },
    { initData: 'signed' },
  )
  await session.start()
  expect(session.state.get()).toMatchObject({ kind: 'in', me: { user: { id: 'anna' } } })
  expect(session.csrf()).toBe('csrf-of-anna')
  expect(calls).toEqual(['POST api/session'])
  expect(bodies).toEqual([{ initData: 'signed' }])
})

test('a link goes before initData, and is used once only', async () => {
  const { session, bodies } = sessionFor(
    {
      'POST api/session': [{ body: opened('anna') }],
      'DELETE api/session': [{ status: 204, body: undefined }],
    },
    { initData: 'signed', loginToken: 'once' },
  )
  await session.start()
  await session.signOut()
  expect(session.state.get()).toEqual({ kind: 'out', why: 'signed-out' })
  await session.start()
  expect(bodies).toEqual([{ loginToken: 'once' }, { initData: 'signed' }])
})

test.each([
  ['a used link', { loginToken: 'old' }, 'link'],
  ['initData that is too old', { initData: 'old' }, 'data'],
  ['nothing', {}, 'none'],
] as const)(
  '%s still finds the session that the tab has, and else says why not',
  async (_name, proof, why) => {
    const login = { 'POST api/session': [refused] }
    const known = sessionFor({ ...login, 'GET api/me': [{ body: meOf('anna') }] }, proof)
    await known.session.start()
    expect(known.session.state.get().kind).toBe('in')
    const unknown = sessionFor({ ...login, 'GET api/me': [refused] }, proof)
    await unknown.session.start()
    expect(unknown.session.state.get()).toEqual({ kind: 'out', why })
  },
)

test('a server that is away is no reason to log in again', async () => {
  const { session } = sessionFor({
    'GET api/me': [new TypeError('Failed to fetch'), { body: meOf('anna') }],
  })
  await session.start()
  expect(session.state.get()).toMatchObject({ kind: 'failed', problem: { code: 'offline' } })
  await session.start()
  expect(session.state.get().kind).toBe('in')
})

test('calls that find the session over at the same time renew it once', async () => {
  const { session, calls } = sessionFor(
    { 'POST api/session': [{ body: opened('anna') }] },
    { initData: 'signed' },
  )
  await session.start()
  await Promise.all([session.renew(), session.renew(), session.renew()])
  expect(calls).toEqual(['POST api/session', 'POST api/session'])
  await session.renew()
  expect(calls).toHaveLength(3)
})

test('without initData the calls wait until the person has logged in elsewhere', async () => {
  const { session } = sessionFor({
    'GET api/me': [{ body: meOf('anna') }, refused, { body: meOf('anna') }],
  })
  await session.start()
  let isRenewed = false
  const renewal = session.renew().then(() => {
    isRenewed = true
  })
  await vi.waitFor(() => expect(session.state.get().kind).toBe('over'))
  expect(await session.resume()).toBe(false)
  expect(isRenewed).toBe(false)
  // who it was is still known: the page stays as it is meanwhile
  expect(session.state.get()).toMatchObject({ kind: 'over', me: { user: { id: 'anna' } } })
  expect(await session.resume()).toBe(true)
  await renewal
  expect(session.state.get().kind).toBe('in')
})

test('another person in the same browser never sees what the former one had', async () => {
  const { session, otherPerson } = sessionFor({
    'GET api/me': [{ body: meOf('anna') }, { body: meOf('boris') }],
  })
  await session.start()
  await session.resume()
  expect(otherPerson).toHaveBeenCalledOnce()
  expect(session.state.get()).toMatchObject({ me: { user: { id: 'anna' } } })
  expect(session.csrf()).toBe('csrf-of-anna')
})

test('signing out that fails is told, and the person stays in', async () => {
  const { session } = sessionFor({
    'GET api/me': [{ body: meOf('anna') }],
    'DELETE api/session': [{ status: 503, body: { code: 'unavailable' } }],
  })
  await session.start()
  await expect(session.signOut()).rejects.toMatchObject({ code: 'unavailable' })
  expect(session.state.get().kind).toBe('in')
})

test('what a call tells of the person is kept, for as long as there is one', async () => {
  const { session } = sessionFor({ 'GET api/me': [{ body: meOf('anna') }] })
  session.patchMe({ deletion: null })
  expect(session.state.get()).toEqual({ kind: 'starting' })
  await session.start()
  session.patchMe({ deletion: { eraseAt: '2026-12-01T00:00:00Z' } })
  expect(session.state.get()).toMatchObject({ me: { deletion: { eraseAt: '2026-12-01T00:00:00Z' } } })
})
