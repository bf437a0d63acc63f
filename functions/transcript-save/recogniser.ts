import { randomUUID } from 'node:crypto'
import { claimRecording } from '#shared/db/recordings.ts'
import type { Resources } from '#shared/http/resources.ts'
import { LEASE_SECONDS, recognise } from './recognise.ts'

/** Recordings under way in one process: each holds a file of up to 20 MB, and waits for the recogniser most of the time. */
const CONCURRENCY = 2

export type Tally = { done: number; failed: number }

/** The work of this process on recordings: it goes on beside calls and after them, since it lasts longer than any call may. */
export type Recogniser = {
  /** Takes up what is due, as far as there is room. */
  begin: () => void
  /** Whether it would take up something that is due now. */
  hasRoom: () => boolean
  /** Resolves when nothing is under way. */
  idle: () => Promise<void>
  /** How recordings have ended since the process began. */
  tally: () => Tally
  /** Gives back what is under way, for another process to take up. */
  stop: () => Promise<void>
}

const open = (resources: Resources): Recogniser => {
  const { sql, speech, log } = resources
  const ending = new AbortController()
  const workers = new Set<Promise<void>>()
  const tally: Tally = { done: 0, failed: 0 }

  const workOn = async (): Promise<void> => {
    while (speech && !speech.isResting() && !ending.signal.aborted) {
      const holder = randomUUID()
      const recording = await claimRecording(sql, { holder, seconds: LEASE_SECONDS })
      if (!recording) return
      const outcome = await recognise({ resources, speech, recording, holder }, ending.signal)
      if (outcome !== 'later') tally[outcome] += 1
    }
  }
  const begin = (): void => {
    while (speech && workers.size < CONCURRENCY && !ending.signal.aborted) {
      const worker = workOn()
        // its claim runs out, and a later run takes the recording up
        .catch((error: unknown) => log.warn({ err: error }, 'work on a recording was cut short'))
        .finally(() => workers.delete(worker))
      workers.add(worker)
    }
  }
  return {
    begin,
    hasRoom: () =>
      speech !== undefined && !speech.isResting() && workers.size < CONCURRENCY && !ending.signal.aborted,
    idle: async () => {
      while (workers.size > 0) await Promise.all(workers)
    },
    tally: () => ({ ...tally }),
    stop: async () => {
      ending.abort(new Error('the process ends'))
      await Promise.all(workers)
    },
  }
}

const recognisers = new WeakMap<Resources, Recogniser>()

/** The recogniser of this process. */
export const recogniserOf = (resources: Resources): Recogniser => {
  const known = recognisers.get(resources)
  if (known) return known
  const made = open(resources)
  recognisers.set(resources, made)
  return made
}

/** Ends the work of a process that ends. */
export const stopRecogniser = async (resources: Resources): Promise<void> => {
  await recognisers.get(resources)?.stop()
}
