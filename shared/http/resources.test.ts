import { expect, test } from 'vitest'
import { openResources } from './resources.ts'
import { toyConfig } from './toy.testing.ts'

const open = (over: Parameters<typeof toyConfig>[0] = {}) =>
  openResources(toyConfig({ logLevel: 'silent', ...over }), { runtimeMetrics: false })

test('signatures of one purpose do not pass for another, nor those of another key', () => {
  const one = open({ signingKey: 'a-signing-key-of-more-than-32-characters' })
  const other = open({ signingKey: 'another-signing-key-of-32-characters!' })
  const signature = one.sign('bonus', '42')
  expect(signature).toHaveLength(32)
  expect(one.sign('bonus', '42')).toEqual(signature)
  expect(one.sign('invoice', '42')).not.toEqual(signature)
  expect(one.sign('bonus', '43')).not.toEqual(signature)
  expect(other.sign('bonus', '42')).not.toEqual(signature)
})

test('what is not configured says which need is missing, when it is used', () => {
  const resources = open()
  expect(() => resources.sql).toThrow(
    'The function toy uses the database, but does not list it in its needs.',
  )
  expect(() => resources.redis).toThrow(/Redis/)
  expect(() => resources.storage).toThrow(/object store/)
  expect(() => resources.telegram).toThrow(/Telegram/)
  expect(() => resources.envelope).toThrow(/master keys/)
  expect(() => resources.sign('a', 'b')).toThrow(/signing key/)
})

test('each connection is opened once, on first use; closing what was never opened is fine', async () => {
  await open().close()
  const resources = open({
    databaseUrl: 'postgres://app:x@127.0.0.1:1/none',
    redisUrl: 'redis://127.0.0.1:1',
  })
  expect(resources.sql).toBe(resources.sql)
  expect(resources.limiter('client')).toBe(resources.limiter('client'))
  await resources.close()
  await expect(resources.sql`select 1`).rejects.toMatchObject({ code: 'CONNECTION_ENDED' })
})

test('a price list that is not there stops the start', () => {
  expect(() => open({ tariffFile: '/nowhere/tariff.yml' })).toThrow(/tariff\.yml cannot be used/)
})
