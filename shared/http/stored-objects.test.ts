import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ObjectStore } from '#shared/storage/object-store.ts'
import type { Resources } from './resources.ts'
import { putObjects } from './stored-objects.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A store whose set-up takes so long, and which never answers a put. */
const slowStore = (setUpMs: number): Pick<ObjectStore, 'ensureBucket' | 'setUpBucket' | 'put'> => ({
  ensureBucket: () => after(setUpMs),
  setUpBucket: async () => [],
  put: (_bucket, _key, _bytes, { signal }) =>
    new Promise((_resolve, reject) => {
      setTimeout(() => reject(new Error('its own limit')), 5_000)
      signal?.addEventListener('abort', () => reject(signal.reason))
    }),
})

const resourcesWith = (storage: ReturnType<typeof slowStore>): Resources =>
  ({
    storage,
    config: { storage: { buckets: { avatars: 'a', transcripts: 't', backups: 'b' } } },
    log: pino({ level: 'silent' }),
    // the row of the job that removes what may have been written
    sql: Object.assign(() => Promise.resolve([]), { json: (value: unknown) => value }),
  }) as unknown as Resources

test.each([
  ['into a bucket that is ready', 0, 5_000, 'its own limit'],
  ['with a slow set-up before it', 4_000, 5_500, 'The file storage is too slow right now.'],
])('a put without an answer %s ends in time', async (_, setUpMs, endsMs, why) => {
  const object = { key: 'k', bytes: Buffer.alloc(1), contentType: 'image/webp' }
  const startedAt = Date.now()
  const ended = putObjects(
    resourcesWith(slowStore(setUpMs)),
    'avatars',
    [object],
    new AbortController().signal,
  ).then(
    () => ['stored'],
    (error: Error & { detail?: string }) => [error.detail ?? error.message, Date.now() - startedAt],
  )
  await vi.advanceTimersByTimeAsync(20_000)
  expect(await ended).toEqual([why, endsMs])
})
