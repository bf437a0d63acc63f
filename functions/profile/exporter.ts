import { randomUUID } from 'node:crypto'
import { claimExport } from '#shared/db/exports.ts'
import type { Resources } from '#shared/http/resources.ts'
import { LEASE_SECONDS, workOnExport } from './work-on-export.ts'

/** The work of this process on exports: it goes on beside calls and after them, since it may last longer than any call. */
export type Exporter = {
  /** Takes up what is due, one after the other. */
  begin: () => void
  /** Resolves when nothing is under way. */
  idle: () => Promise<void>
  /** Gives back what is under way, for another process to take up. */
  stop: () => Promise<void>
}

const open = (resources: Resources): Exporter => {
  const ending = new AbortController()
  let worker: Promise<void> | undefined

  const workOn = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const holder = randomUUID()
      const exportJob = await claimExport(resources.sql, { holder, seconds: LEASE_SECONDS })
      if (!exportJob) return
      await workOnExport({ resources, exportJob, holder }, ending.signal)
    }
  }
  return {
    begin: () => {
      if (worker || ending.signal.aborted) return
      worker = workOn()
        // its claim runs out, and a later run takes the export up
        .catch((error: unknown) => resources.log.warn({ err: error }, 'work on an export was cut short'))
        .finally(() => {
          worker = undefined
        })
    },
    idle: async () => {
      while (worker) await worker
    },
    stop: async () => {
      ending.abort(new Error('the process ends'))
      await worker
    },
  }
}

const exporters = new WeakMap<Resources, Exporter>()

/** The exporter of this process. */
export const exporterOf = (resources: Resources): Exporter => {
  const known = exporters.get(resources)
  if (known) return known
  const made = open(resources)
  exporters.set(resources, made)
  return made
}

/** Ends the work of a process that ends. */
export const stopExporter = async (resources: Resources): Promise<void> => {
  await exporters.get(resources)?.stop()
}
