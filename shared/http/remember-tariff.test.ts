import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { findTariff, listTariffs, rememberTariff } from '#shared/db/tariff-versions.ts'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { rememberTariffOf } from './remember-tariff.ts'
import { readRoute } from './route.ts'
import { openToy, type Toy } from './toy.testing.ts'

let database: TestDatabase
let toy: Toy
const routes = [
  readRoute({
    path: '/',
    method: 'GET',
    summary: '',
    answers: { 200: z.unknown() },
    run: async () => ({ status: 200, body: {} }),
  }),
]
beforeAll(async () => {
  database = await createTestDatabase()
  toy = await openToy({ needs: ['database'], routes }, { databaseUrl: database.appUrl })
})
afterAll(async () => {
  await toy.close()
  await database.drop()
})

test('a version is kept once; other content under it is said, and the first stays', async () => {
  const { tariff } = toy.resources
  expect(await rememberTariff(database.appSql, tariff)).toBe('new')
  expect(await rememberTariff(database.appSql, tariff)).toBe('known')
  // the order of keys in the file means nothing
  const reordered = Object.fromEntries(Object.entries(tariff).reverse()) as typeof tariff
  expect(await rememberTariff(database.appSql, reordered)).toBe('known')
  expect(await rememberTariff(database.appSql, { ...tariff, welcomeBonus: tariff.welcomeBonus + 1 })).toBe(
    'reused',
  )
  expect(await findTariff(database.appSql, tariff.version)).toMatchObject({
    content: { welcomeBonus: tariff.welcomeBonus },
  })
  expect(await listTariffs(database.appSql)).toHaveLength(1)
})

test('a function says that the version was used again, and starts all the same', async () => {
  const { resources } = toy
  const changed = { ...resources.tariff, welcomeBonus: resources.tariff.welcomeBonus + 1 }
  await rememberTariff(database.appSql, resources.tariff)
  const metric = () => resources.metrics.registry.getSingleMetricAsString('kopeika_tariff_version_reused')
  rememberTariffOf(Object.create(resources, { tariff: { value: changed } }))
  await expect.poll(metric).toMatch(/kopeika_tariff_version_reused\{.*} 1/)
})

test('a database that is away holds up no start', async () => {
  const away = await openToy(
    { needs: ['database'], routes },
    { databaseUrl: 'postgres://x:y@127.0.0.1:1/none' },
  )
  expect(() => rememberTariffOf(away.resources)).not.toThrow()
  await away.close()
})
