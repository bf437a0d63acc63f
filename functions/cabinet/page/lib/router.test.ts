import { expect, test } from 'vitest'
import { hrefOf, parentOf, parseRoute, type Route, sectionOf } from './router.ts'

const ROUTES: [hash: string, route: Route, section: string][] = [
  ['#/', { page: 'profile' }, 'profile'],
  ['#/wallet', { page: 'wallet' }, 'wallet'],
  ['#/wallet/01a2-b', { page: 'wallet', entry: '01a2-b' }, 'wallet'],
  ['#/avatars', { page: 'avatars' }, 'avatars'],
  ['#/transcripts', { page: 'transcripts' }, 'transcripts'],
  ['#/transcripts/01a2-b', { page: 'transcript', id: '01a2-b' }, 'transcripts'],
  ['#/transcripts/new', { page: 'new-transcript' }, 'transcripts'],
  ['#/settings', { page: 'settings' }, 'settings'],
]

test.each(ROUTES)('%s is a place, and the place has that address', (hash, route, section) => {
  expect(parseRoute(hash)).toEqual(route)
  expect(hrefOf(route)).toBe(hash)
  expect(sectionOf(route)).toBe(section)
})

test.each([
  ['', 'profile'],
  ['#nonsense', 'profile'],
  ['#/nowhere', 'profile'],
  ['#/constructor', 'profile'],
  ['#/wallet/a/b', 'wallet'],
  ['#/wallet/<script>', 'wallet'],
  ['#/transcripts/../../api', 'transcripts'],
  ['#/settings/x', 'settings'],
])('%s leads to a page all the same', (hash, page) => {
  expect(parseRoute(hash)).toEqual({ page })
})

test('Back leads up from what lies below a section, and sections have none', () => {
  const backFrom = (hash: string) => parentOf(parseRoute(hash))
  expect(backFrom('#/transcripts/1')).toEqual({ page: 'transcripts' })
  expect(backFrom('#/transcripts/new')).toEqual({ page: 'transcripts' })
  expect(backFrom('#/wallet/1')).toEqual({ page: 'wallet' })
  expect(['#/', '#/wallet', '#/settings'].map(backFrom)).toEqual([undefined, undefined, undefined])
})
