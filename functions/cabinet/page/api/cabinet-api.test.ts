import { expect, test } from 'vitest'
import { createApi, pathOf } from './cabinet-api.ts'
import type { Change } from './client.ts'

test('values of a query are escaped, and what is not given stays out', () => {
  expect(pathOf('api/transcripts/search', { q: 'a&b=c ё', cursor: undefined, limit: 5 })).toBe(
    'api/transcripts/search?q=a%26b%3Dc+%D1%91&limit=5',
  )
  expect(pathOf('api/packs', { cursor: undefined })).toBe('api/packs')
})

test('what changes something and is done by one press has a key of its own each time', async () => {
  const changes: Change[] = []
  let made = 0
  const client = {
    read: async () => ({}) as never,
    change: async (change: Change) => {
      changes.push(change)
      return {} as never
    },
    fetch: async () => new Response(),
  }
  const api = createApi(client, () => {
    made += 1
    return `key-${made}`
  })
  await api.saveSettings({ receipts: false })
  await api.deleteAvatar('a/../b')
  await api.invoice('mine', { pack: 'small', provider: 'stars' })
  expect(changes.map(({ key }) => key)).toEqual(['key-1', 'key-2', 'mine'])
  expect(changes[1]).toMatchObject({ method: 'DELETE', path: 'api/avatars/a%2F..%2Fb' })
})
