import type { ListedBackup } from './vault.ts'

/** How many of each are kept: the newest of each of the last so many hours, days, weeks, months that have one. */
export type Retention = { hourly: number; daily: number; weekly: number; monthly: number }

export const DEFAULT_RETENTION: Retention = { hourly: 24, daily: 7, weekly: 5, monthly: 12 }

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** 1970-01-01 was a Thursday; weeks begin on Monday. */
const MONDAY_SHIFT_DAYS = 3

const SLOT_OF: Readonly<Record<keyof Retention, (at: Date) => string>> = {
  hourly: (at) => String(Math.floor(at.getTime() / HOUR_MS)),
  daily: (at) => String(Math.floor(at.getTime() / DAY_MS)),
  weekly: (at) => String(Math.floor((Math.floor(at.getTime() / DAY_MS) + MONDAY_SHIFT_DAYS) / 7)),
  monthly: (at) => at.toISOString().slice(0, 7),
}

/** The backups that may go. Never the newest one, and never the newest verified one, however old it is. Pure. */
export const chooseOutdated = (backups: readonly ListedBackup[], retention: Retention): ListedBackup[] => {
  // the time has whole seconds; within one the id has the order
  const newestFirst = backups.toSorted(
    (a, b) => b.at.getTime() - a.at.getTime() || (a.backupId < b.backupId ? 1 : -1),
  )
  const kept = new Set([newestFirst[0], newestFirst.find(({ isVerified }) => isVerified)])
  for (const kind of ['hourly', 'daily', 'weekly', 'monthly'] as const) {
    const slots = new Set<string>()
    for (const backup of newestFirst) {
      const slot = SLOT_OF[kind](backup.at)
      if (slots.has(slot)) continue
      if (slots.size >= retention[kind]) break
      slots.add(slot)
      kept.add(backup)
    }
  }
  return backups.filter((backup) => !kept.has(backup))
}
