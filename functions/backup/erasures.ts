import { z } from 'zod'
import { listErased, noteErasures } from '#shared/backup/erasures.ts'
import { openVault } from '#shared/backup/open-vault.ts'
import { scheduledRoute } from '#shared/http/route.ts'

/**
 * POST /erasures: called right after an erasure, so that the copies of the person's objects go now and every restore from now on applies it
 * again. The next backup does the same for whatever this call has missed, and drops the data keys of earlier backups.
 */
export const takeOverErasures = scheduledRoute({
  path: '/erasures',
  summary: 'Carries erasures over to the backups: notes them, and removes the copies of their objects',
  answers: { 200: z.strictObject({ noted: z.int().nonnegative() }) },
  leaseSeconds: 60,
  minIntervalSeconds: 1,
  // whoever has just erased somebody waits for a run that may have begun before
  waitMs: 10_000,
  busyAnswer: { noted: 0 },
  run: async ({ resources }) => {
    const { backup } = resources.config
    if (!backup) throw new Error('The configuration lacks the backup.')
    const vault = openVault(backup.store)
    try {
      await vault.store.ensureBucket(vault.copies)
      return { status: 200, body: { noted: await noteErasures(vault, await listErased(resources.sql)) } }
    } finally {
      vault.store.close()
    }
  },
})
