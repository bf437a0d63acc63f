import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseOutdated, DEFAULT_RETENTION } from './retention.ts'
import type { ListedBackup } from './vault.ts'

const HOUR = 3_600_000
const START = Date.UTC(2026, 0, 1)

const hourly = (count: number, verified: readonly number[] = []): ListedBackup[] =>
  Array.from({ length: count }, (_, n) => ({
    backupId: String(n).padStart(6, '0'),
    at: new Date(START + n * HOUR),
    isVerified: verified.includes(n),
  }))

const keptOf = (backups: ListedBackup[], retention = DEFAULT_RETENTION): ListedBackup[] => {
  const outdated = new Set(chooseOutdated(backups, retention))
  return backups.filter((one) => !outdated.has(one))
}

describe('what is kept', () => {
  test('a year of hours: 24 hours, 7 days, 5 weeks, 12 months, each counted once', () => {
    const kept = keptOf(hourly(365 * 24))
    expect(kept.length).toBeGreaterThanOrEqual(24 + 6 + 4 + 10)
    expect(kept.length).toBeLessThanOrEqual(24 + 7 + 5 + 12)
    expect(kept.at(-1)?.at.toISOString()).toBe('2026-12-31T23:00:00.000Z')
    // the last backup of each month stands for it
    expect(kept[0]?.at.toISOString()).toBe('2026-01-31T23:00:00.000Z')
  })

  test('the last one that was proven stays, however old it is; older proven ones go their way', () => {
    const kept = keptOf(hourly(24 * 800, [3, 5]))
    expect(kept.filter(({ isVerified }) => isVerified).map(({ backupId }) => backupId)).toEqual(['000005'])
  })

  test('of two of the same second the later one stays', () => {
    const at = new Date(START)
    const [earlier, later] = ['20260101T000000Z-3bc0aa', '20260101T000000Z-3bd001'].map((backupId) => ({
      backupId,
      at,
      isVerified: false,
    }))
    expect(keptOf([earlier, later] as ListedBackup[])).toEqual([later])
  })

  test('done again nothing more goes; the newest and the last proven one always stay', () => {
    const backup = fc.record({
      backupId: fc.uuid(),
      at: fc.integer({ min: 0, max: 20_000 }).map((n) => new Date(START + n * HOUR)),
      isVerified: fc.boolean(),
    })
    const amounts = fc.record({ hourly: fc.nat(5), daily: fc.nat(5), weekly: fc.nat(5), monthly: fc.nat(5) })
    fc.assert(
      fc.property(
        fc.uniqueArray(backup, { minLength: 1, selector: ({ at }) => at.getTime() }),
        amounts,
        (all, retention) => {
          const kept = keptOf(all, retention)
          expect(chooseOutdated(kept, retention)).toEqual([])
          const newest = all.toSorted((a, b) => b.at.getTime() - a.at.getTime())
          expect(kept).toContain(newest[0])
          const proven = newest.find(({ isVerified }) => isVerified)
          if (proven) expect(kept).toContain(proven)
        },
      ),
    )
  })
})
