import { z } from 'zod'
import type { Queryable } from './client.ts'

/** Name of the graphile-worker task that removes objects from the store; `notify` runs it. */
export const DELETE_OBJECTS_TASK = 'delete_objects'

/** What the task is given: names of objects only, nothing about the person. */
export const DeleteObjectsPayload = z.strictObject({
  bucket: z.string().min(1),
  keys: z.array(z.string().min(1)).min(1).max(1_000),
})
export type DeleteObjectsPayload = z.infer<typeof DeleteObjectsPayload>

/** After everything that a person waits for. */
const PRIORITY_OF_DELETION = 100
/** Graphile's waits grow exponentially: 25 attempts outlast a store that is away for days. */
const MAX_ATTEMPTS = 25

/**
 * Queues the removal of objects whose row goes in this transaction: rolled back, the row keeps its objects. Objects that are gone already
 * count as removed, so the job may run twice.
 */
export const enqueueObjectDeletion = async (sql: Queryable, payload: DeleteObjectsPayload): Promise<void> => {
  await sql`
    select graphile_worker.add_job(
      ${DELETE_OBJECTS_TASK},
      ${sql.json(payload)}::json,
      max_attempts => ${MAX_ATTEMPTS},
      priority => ${PRIORITY_OF_DELETION}
    )`
}
