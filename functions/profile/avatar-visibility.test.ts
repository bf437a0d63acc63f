import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CallOptions, type House, openHouse } from '../../test/support/house.ts'
import { handler as avatarUpload } from '../avatar-upload/handler.ts'
import { handler as register } from '../register/handler.ts'
import { handler } from './handler.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [handler, register, avatarUpload] })
})
afterAll(() => house?.close())

const INSIDE = { as: 'dispatcher' } as const
const call = (method: string, path: string, options: CallOptions = {}) =>
  house.call('profile', method, path, options)

const withAvatar = async () => {
  const person = await house.person()
  const bytes = await sharp({ create: { width: 40, height: 40, channels: 3, background: '#08f' } })
    .png()
    .toBuffer()
  const raw = { bytes, type: 'image/png' }
  const { body } = await house.call('avatar-upload', 'POST', `/?userId=${person.id}`, { raw })
  return { ...person, avatarId: body.avatar.id as string }
}
const hide = (userId: string, avatarVisibility: unknown) =>
  call('PATCH', `/?userId=${userId}`, { body: { settings: { avatarVisibility } } })

test('an avatar is seen by everyone until its owner says otherwise', async () => {
  const { id, avatarId } = await withAvatar()
  expect((await call('GET', `/?userId=${id}`)).body.currentAvatar.id).toBe(avatarId)
  expect((await call('GET', `/avatars?userId=${id}`)).body.items).toHaveLength(1)
})

test('hidden, it is there for the bot alone: other programs get neither picture nor link, and can neither choose nor delete it', async () => {
  const { id, avatarId } = await withAvatar()
  expect((await hide(id, 'me')).body.settings.avatarVisibility).toBe('me')
  const outside = await call('GET', `/?userId=${id}`)
  expect([outside.status, outside.body.currentAvatar]).toEqual([200, null])
  expect((await call('GET', `/avatars?userId=${id}`)).body).toEqual({ items: [] })
  for (const [method, path] of [
    ['POST', `/avatars/${avatarId}/current?userId=${id}`],
    ['DELETE', `/avatars/${avatarId}?userId=${id}`],
  ] as const) {
    const refused = await call(method, path)
    expect([refused.status, refused.body.code]).toEqual([404, 'avatar_not_found'])
    expect(JSON.stringify(refused.body)).not.toContain('http://127')
  }
  expect((await call('GET', `/?userId=${id}`, INSIDE)).body.currentAvatar.id).toBe(avatarId)
  expect((await call('GET', `/avatars?userId=${id}`, INSIDE)).body.items).toHaveLength(1)

  await hide(id, 'everyone')
  expect((await call('GET', `/?userId=${id}`)).body.currentAvatar.id).toBe(avatarId)
})

test.each(['nobody', '', null, true])('%j is no choice', async (value) => {
  const { id } = await house.person()
  expect((await hide(id, value)).status).toBe(400)
})

test.each([
  [{ quietHours: { from: '23:00', to: '08:00' } }, 200],
  [{ quietHours: null }, 200],
  [{ quietHours: { from: '8:00', to: '09:00' } }, 400],
  [{ quietHours: { from: '09:00', to: '09:00' } }, 400],
  [{ quietHours: { from: '09:00' } }, 400],
  [{ quietHours: '23:00-08:00' }, 400],
  [{ quietHours: { from: '23:00', to: '08:00', days: 1 } }, 400],
])('settings %j are answered %i', async (settings, status) => {
  const { id } = await house.person()
  const reply = await call('PATCH', `/?userId=${id}`, { body: { settings } })
  expect(reply.status).toBe(status)
  if (status === 200) expect(reply.body.settings).toMatchObject(settings)
})
