import { availableParallelism } from 'node:os'
import { type BulkheadPolicy, bulkhead, isBulkheadRejectedError } from 'cockatiel'
import { unavailable } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'
import { createImagePipeline, type ImagePipeline } from '#shared/storage/image-pipeline.ts'

/** Pictures that may wait for a core; each holds up to 20 MB of bytes meanwhile. */
const QUEUE_LIMIT = 20
const DECODE_TIMEOUT_SECONDS = 8

type Workshop = { pipeline: ImagePipeline; places: BulkheadPolicy }

const workshops = new WeakMap<Resources, Workshop>()

/** One for each process: as many decoders as cores, unless the configuration says otherwise. */
const workshopOf = (resources: Resources): Workshop => {
  const known = workshops.get(resources)
  if (known) return known
  const concurrency = resources.config.imageConcurrency ?? availableParallelism()
  const made: Workshop = {
    pipeline: createImagePipeline({
      limits: resources.tariff.limits.image,
      concurrency,
      queueLimit: QUEUE_LIMIT,
      timeoutSeconds: DECODE_TIMEOUT_SECONDS,
    }),
    places: bulkhead(concurrency + QUEUE_LIMIT, 0),
  }
  workshops.set(resources, made)
  return made
}

/** The decoder of this process. */
export const pipelineOf = (resources: Resources): ImagePipeline => workshopOf(resources).pipeline

/**
 * Runs the whole work on a picture, its download included, while this replica has room for it: what waits for its turn is in memory
 * already.
 * @throws AppError unavailable with the time to wait, at once; and what `work` throws
 */
export const withPlace = async <T>(resources: Resources, work: () => Promise<T>): Promise<T> => {
  try {
    return await workshopOf(resources).places.execute(work)
  } catch (error) {
    if (isBulkheadRejectedError(error)) throw unavailable('Too many images are being worked on.', error, 1)
    throw error
  }
}
