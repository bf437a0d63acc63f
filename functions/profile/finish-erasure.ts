import { z } from 'zod'
import { forgetPerson } from '#shared/cache/forget-person.ts'
import { deletePersonalRows, type Erased } from '#shared/db/erasure.ts'
import { endErasure, markBackupsTold, type OpenErasure, takeErasures } from '#shared/db/erasures.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import type { Resources } from '#shared/http/resources.ts'
import { bucketOf } from '#shared/http/stored-objects.ts'
import { removeAll } from '#shared/storage/remove-all.ts'

const PER_RUN = 20
const KINDS = ['avatars', 'transcripts'] as const

/** Whatever lies in the person's folders, also what no row named any more. */
const removeObjects = async (resources: Resources, userId: string): Promise<void> => {
  for (const kind of KINDS)
    await removeAll({ store: resources.storage }, bucketOf(resources, kind), `${kind}/${userId}/`)
}

/** Only `backup` has the keys of the backups' store; where it cannot be reached, its next backup takes the erasure over all the same. */
const tellBackups = async (resources: Resources): Promise<boolean> => {
  try {
    await resources.call({ functionName: 'backup', method: 'POST', path: '/erasures' }, z.unknown())
    return true
  } catch (error) {
    resources.log.info({ err: error }, 'the backups are told of an erasure later')
    return false
  }
}

const pass = async (resources: Resources, { userId, isToldToBackups }: OpenErasure): Promise<void> => {
  const { sql } = resources
  // a call that was under way may have left a row behind
  await inTransaction(sql, (tx) => deletePersonalRows(tx, userId))
  await removeObjects(resources, userId)
  if (!isToldToBackups && (await tellBackups(resources))) await markBackupsTold(sql, userId)
  await endErasure(sql, userId)
}

/** What is left of erasures that are due: also of those whose process died. A failure is told, and its turn comes again. */
export const runErasures = async (resources: Resources, userId?: string): Promise<void> => {
  const { sql, log } = resources
  const due = await takeErasures(sql, { limit: PER_RUN, ...(userId === undefined ? {} : { userId }) })
  for (const erasure of due) {
    await pass(resources, erasure).catch((error: unknown) =>
      log.warn({ err: error, userId: erasure.userId }, 'an erasure is finished later'),
    )
  }
}

/** Right after the commit of an erasure. */
export const finishErasure = async (resources: Resources, erased: Erased): Promise<void> => {
  await forgetPerson(resources.redis.client, erased).catch((error: unknown) =>
    // each of its keys runs out within a minute or so
    resources.log.info({ err: error }, 'Redis was away while a person was erased'),
  )
  await runErasures(resources, erased.userId)
}
