import { describe, expect, test } from 'vitest'
import { hasScope, parseClients } from './clients.ts'

const KEY = 'a-key-of-more-than-thirty-two-characters'
const client = (over: Record<string, unknown> = {}) => ({
  id: 'studio',
  scopes: ['charge:write'],
  keys: [KEY],
  ...over,
})
const file = (...clients: unknown[]) => JSON.stringify({ clients })

describe('parseClients', () => {
  test('reads ids, scopes and keys; a key signs as its UTF-8 bytes', () => {
    const clients = parseClients(
      file(client({ keys: [`ключ-${KEY}`, KEY] }), client({ id: 'cron', internal: true })),
    )
    expect(clients.ids()).toEqual(['studio', 'cron'])
    const studio = clients.find('studio')
    expect(studio?.internal).toBe(false)
    expect(studio?.keys.map((key) => key.export().toString())).toEqual([`ключ-${KEY}`, KEY])
    expect(clients.find('cron')?.internal).toBe(true)
    expect(clients.find('nobody')).toBeUndefined()
  })

  test.each([
    ['text that is no JSON', `{"clients": ${KEY}`, 'is not JSON'],
    ['no client at all', file(), 'clients'],
    ['a client that stands twice', file(client(), client()), 'studio stands twice'],
    ['a short key', file(client({ keys: ['too-short-to-be-safe'] })), 'at least 32 characters'],
    ['no key', file(client({ keys: [] })), 'keys'],
    ['an id with capitals', file(client({ id: 'Studio' })), 'client id'],
    ['an unknown form of scope', file(client({ scopes: ['charge:delete'] })), 'scope'],
    ['an unknown field', file(client({ secret: KEY })), 'secret'],
  ])('refuses %s, without showing a key', (_what, text, message) => {
    let problem = ''
    try {
      parseClients(text)
    } catch (error) {
      problem = String(error)
    }
    expect(problem).toContain(message)
    expect(problem).not.toContain(KEY)
    expect(problem).not.toContain('too-short-to-be-safe')
  })
})

describe('hasScope', () => {
  const of = (...scopes: string[]) => {
    const found = parseClients(file(client({ scopes }))).find('studio')
    if (!found) throw new Error('no client')
    return found
  }

  test('needs the very scope; admin opens everything', () => {
    expect(hasScope(of('charge:write'), 'charge:write')).toBe(true)
    expect(hasScope(of('charge:write'), 'charge:read')).toBe(false)
    expect(hasScope(of('charge:write'), 'profile:write')).toBe(false)
    expect(hasScope(of('admin'), 'profile:write')).toBe(true)
    expect(hasScope(of(), 'profile:write')).toBe(false)
  })
})
