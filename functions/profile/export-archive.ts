import { countPersonData, DATA_FILES } from '#shared/db/person-data.ts'
import type { User } from '#shared/db/users.ts'
import { AppError } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'
import { createZip } from '#shared/platform/zip.ts'
import { listContents } from './export-contents.ts'

/** Files of rows that are always there beside the transactions: the others of the list, and two more. */
const FIXED_STEPS = DATA_FILES.length + 1

/** How much there is to do; what comes meanwhile makes the end come early, and no more. */
const countSteps = async ({ sql }: Resources, userId: string): Promise<number> => {
  const { pages, avatars, transcripts } = await countPersonData(sql, userId)
  return FIXED_STEPS + pages + avatars + transcripts
}

export type ArchiveOptions = {
  resources: Resources
  user: User
  /** An archive ends behind the file that makes it larger than this; the next one goes on. */
  partBytes: number
  /** Told after each file that counts, in hundredths. */
  onProgress?: (progress: number) => void
  signal: AbortSignal
}

/**
 * Everything that is held about a person as zip archives, one after the other. In memory there are one archive, packed, and one file of it
 * in the clear: nothing of it is ever written down.
 */
export async function* makeArchives(options: ArchiveOptions): AsyncGenerator<Buffer, void, undefined> {
  const { resources, user, partBytes, onProgress, signal } = options
  const steps = await countSteps(resources, user.id)
  let done = 0
  let zip = createZip()
  let isEmpty = true
  for await (const { name, content, isStep } of listContents({ resources, user, signal })) {
    signal.throwIfAborted()
    await zip.add(name, content)
    isEmpty = false
    if (isStep) {
      done += 1
      onProgress?.(Math.min(99, Math.floor((100 * done) / steps)))
    }
    if (zip.size() >= partBytes) {
      yield zip.finish()
      zip = createZip()
      isEmpty = true
    }
  }
  if (!isEmpty) yield zip.finish()
}

const underWay = new WeakMap<Resources, Promise<unknown>>()

/** One after the other in a process: each may fill a good part of its memory. */
export const inTurn = async <T>(resources: Resources, work: () => Promise<T>): Promise<T> => {
  const before = underWay.get(resources) ?? Promise.resolve()
  const mine = before.then(work, work)
  underWay.set(resources, mine)
  // the next in turn waits for its end, whatever it was
  mine.catch(() => undefined)
  return mine
}

/** Everything in one archive. @throws AppError too_large where it takes several */
export const makeOneArchive = async ({
  resources,
  user,
  partBytes,
  signal,
}: Omit<ArchiveOptions, 'onProgress'>): Promise<Buffer> => {
  const zip = createZip()
  for await (const { name, content } of listContents({ resources, user, signal })) {
    signal.throwIfAborted()
    await zip.add(name, content)
    if (zip.size() > partBytes) {
      throw new AppError('too_large', {
        detail:
          'This is more than one archive: POST /exports makes several, and the chat with the bot gets them.',
        extra: { limit: 'archive', bytes: partBytes },
      })
    }
  }
  return zip.finish()
}
