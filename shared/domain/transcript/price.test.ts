import { expect, test } from 'vitest'
import type { Service } from '#shared/domain/tariff.ts'
import { loadTariff } from '#shared/platform/tariff-file.ts'
import { priceTranscript } from './price.ts'

const tariff = loadTariff(new URL('../../../tariff.yml', import.meta.url).pathname)

const soldBy = (unit: Service['unit']) => ({
  ...tariff,
  services: { ...tariff.services, transcript: { coins: 3, unit, title: { ru: 'Текст', en: 'Text' } } },
})

test.each<[Service['unit'], number, number | null, number]>([
  ['use', 2_500, 600, 3],
  [{ ru: 'страница', en: 'page' }, 2_500, 600, 3],
  ['1000 characters', 1, null, 3],
  ['1000 characters', 1_000, null, 3],
  ['1000 characters', 1_001, null, 6],
  ['minute', 10, null, 3],
  ['minute', 10, 0, 3],
  ['minute', 10, 60, 3],
  ['minute', 10, 60.5, 6],
])('sold by %j: %d characters, %s seconds cost %d', (unit, characters, durationSeconds, coins) => {
  expect(priceTranscript(soldBy(unit), { characters, durationSeconds })).toEqual({
    coins,
    priceVersion: tariff.version,
  })
})
