import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CabinetHouse, openCabinetHouse } from '../../test/support/cabinet-house.ts'
import { handler as profile } from '../profile/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler as topUp } from '../top-up/handler.ts'
import { handler } from './handler.ts'

let cabinet: CabinetHouse
let ask: Awaited<ReturnType<CabinetHouse['visitor']>>['ask']
beforeAll(async () => {
  cabinet = await openCabinetHouse([register, profile, topUp, handler], {
    config: { cabinetUrl: 'https://bot.example.com/cabinet/' },
  })
})
afterAll(() => cabinet.close())

/** The tests follow one visitor through the time, which only goes on. */
test('over https the cookie works in a frame of Telegram Web, under the public path', async () => {
  const visitor = await cabinet.visitor()
  ask = visitor.ask
  expect(visitor.login.headers.get('set-cookie')).toMatch(
    /^kopeika_session=[\w.-]+; Max-Age=900; Path=\/cabinet; HttpOnly; SameSite=None; Secure; Partitioned$/,
  )
  expect((await cabinet.ask('GET', '/')).body).toContain('<base href="/cabinet/">')
})

test('in its first half the cookie stays', async () => {
  cabinet.later(7 * 60)
  const reply = await ask('GET', '/api/me')
  expect([reply.status, reply.headers.get('set-cookie')]).toEqual([200, null])
})

test('past its half each call gives a new one, which goes on where the old one ends', async () => {
  cabinet.later(60)
  const reply = await ask('GET', '/api/me')
  const renewed = reply.headers.get('set-cookie') ?? ''
  expect(renewed).toMatch(/^kopeika_session=[\w.-]+; Max-Age=900;/)
  const cookie = renewed.split(';', 1)[0] ?? ''

  cabinet.later(8 * 60)
  const old = await ask('GET', '/api/me')
  expect([old.status, old.headers.get('set-cookie')]).toEqual([401, null])
  expect((await cabinet.ask('GET', '/api/me', { headers: { cookie } })).status).toBe(200)

  cabinet.later(8 * 60)
  expect((await cabinet.ask('GET', '/api/me', { headers: { cookie } })).status).toBe(401)
})

test('however busy, a session ends when its row does', async () => {
  // the clock of the functions is hours ahead; the database has its own
  const [row] = await cabinet.house.ownerSql`
    select extract(epoch from max(expires_at - created_at))::int as seconds from cabinet_sessions`
  expect(row?.seconds).toBe(12 * 60 * 60)
})
