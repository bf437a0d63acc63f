import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packId, unpackId } from './compact-id.ts'

test('every uuid comes back from 22 characters', () => {
  fc.assert(
    fc.property(fc.uuid(), (id) => {
      const compact = packId(id)
      expect(compact).toMatch(/^[\w-]{22}$/)
      expect(unpackId(compact)).toBe(id)
    }),
  )
})

test('upper case is the same id', () => {
  const id = '0198f1c2-7d3e-7a4b-8c5d-0e1f2a3b4c5d'
  expect(packId(id.toUpperCase())).toBe(packId(id))
})

test.each(['', 'x', '0198f1c27d3e7a4b8c5d0e1f2a3b4c5d', '0198f1c2-7d3e-7a4b-8c5d-0e1f2a3b4c5d\n'])(
  'packId refuses %j',
  (id) => {
    expect(() => packId(id)).toThrow(TypeError)
  },
)

test('unpackId takes only the one spelling that packId writes', () => {
  const compact = packId('00000000-0000-0000-0000-000000000000')
  expect(compact).toBe('AAAAAAAAAAAAAAAAAAAAAA')
  expect(unpackId('AAAAAAAAAAAAAAAAAAAAAB')).toBeUndefined()
  expect(unpackId('AAAAAAAAAAAAAAAAAAAAA')).toBeUndefined()
  expect(unpackId('AAAAAAAAAAAAAAAAAAAAA=')).toBeUndefined()
})
