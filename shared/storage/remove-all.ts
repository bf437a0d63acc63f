import type { ObjectStore } from './object-store.ts'

const REMOVE_AT_ONCE = 500

/** Removes everything under a prefix; gives how many objects that were. */
export const removeAll = async (
  { store }: { store: ObjectStore },
  bucket: string,
  prefix: string,
): Promise<number> => {
  let keys: string[] = []
  let removed = 0
  for await (const { key } of store.list(bucket, prefix)) {
    keys.push(key)
    if (keys.length < REMOVE_AT_ONCE) continue
    await store.remove(bucket, keys)
    removed += keys.length
    keys = []
  }
  await store.remove(bucket, keys)
  return removed + keys.length
}
