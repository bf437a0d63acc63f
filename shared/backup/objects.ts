import type { ObjectStore, StoredObject } from '#shared/storage/object-store.ts'
import { DamagedBackup } from './manifest.ts'
import { openBytes, sealBytes, sha256Of } from './part.ts'
import { getObject, type Vault } from './vault.ts'

export const KINDS = ['avatars', 'transcripts'] as const
export type Kind = (typeof KINDS)[number]

/** The buckets that the functions use. */
export type Source = { store: ObjectStore; buckets: Record<Kind, string> }

/** One line of a backup's inventory. */
export type InventoryLine = { kind: Kind; key: string; sha256: string; bytes: number }

const FOLDER = 'objects/'
const GONE = 'gone/'
const SUFFIX = '.age'
/** Above the longest time for which a backup is kept. */
const GONE_DAYS = 400
const DAY_MS = 86_400_000
export const AT_ONCE = 8
const MOST_BYTES = 64 * 1024 * 1024

/** `objects/<key>.<bytes>.<sha256>.age`: the name alone says what the copy holds, so that nothing is read twice. */
const nameOf = ({ key, bytes, sha256 }: Omit<InventoryLine, 'kind'>): string =>
  `${FOLDER}${key}.${bytes}.${sha256}${SUFFIX}`

const NAME = /^objects\/(.+)\.(\d+)\.([0-9a-f]{64})\.age$/

type Copy = { name: string; key: string; bytes: number; sha256: string }

const parseName = (name: string): Copy | undefined => {
  const [, key, bytes, sha256] = NAME.exec(name) ?? []
  return key === undefined || sha256 === undefined ? undefined : { name, key, bytes: Number(bytes), sha256 }
}

const copyOne = async (
  vault: Vault,
  source: Source,
  kind: Kind,
  key: string,
  recipients: readonly string[],
): Promise<InventoryLine | undefined> => {
  let plain: Buffer
  try {
    plain = await source.store.get(source.buckets[kind], key, { maxBytes: MOST_BYTES })
  } catch (error) {
    // removed between the listing and now: no row names it any more
    if (error instanceof Error && 'code' in error && error.code === 'file_not_found') return undefined
    throw error
  }
  const line = { kind, key, sha256: sha256Of(plain), bytes: plain.length }
  await vault.store.put(vault.copies, nameOf(line), await sealBytes(plain, recipients), {
    contentType: 'application/octet-stream',
  })
  return line
}

const nextCopy = async (copies: AsyncGenerator<StoredObject>): Promise<Copy | undefined> => {
  for (;;) {
    const next = await copies.next()
    if (next.done) return undefined
    const copy = parseName(next.value.key)
    if (copy) return copy
  }
}

const noteGone = async ({ store, copies }: Vault, names: readonly string[], now: number): Promise<void> => {
  const noted = new Map<string, number>()
  for await (const { key, lastModified } of store.list(copies, GONE))
    noted.set(key.slice(GONE.length), lastModified.getTime())
  for (const name of names) {
    const since = noted.get(name)
    if (since === undefined)
      await store.put(copies, `${GONE}${name}`, Buffer.alloc(0), { contentType: 'text/plain' })
    else if (now - since > GONE_DAYS * DAY_MS) await store.remove(copies, [name, `${GONE}${name}`])
  }
}

/**
 * Copies what was not copied before, and gives a line for each object that is there. Both listings come in the order of their keys and
 * are walked side by side, so nothing is held in memory. A key is written once and never again (design 6): a copy of that name is the copy.
 * The copy of an object that is gone stays while any backup may name it.
 */
export async function* copyObjects(
  vault: Vault,
  source: Source,
  recipients: readonly string[],
  now: number,
): AsyncGenerator<InventoryLine, void, undefined> {
  for (const kind of KINDS) {
    const copies = vault.store.list(vault.copies, `${FOLDER}${kind}/`)
    const gone: string[] = []
    let copy = await nextCopy(copies)
    let waiting: Promise<InventoryLine | undefined>[] = []
    for await (const { key } of source.store.list(source.buckets[kind], `${kind}/`)) {
      while (copy && copy.key < key) {
        gone.push(copy.name)
        copy = await nextCopy(copies)
      }
      if (copy?.key === key) {
        yield { kind, key, sha256: copy.sha256, bytes: copy.bytes }
        copy = await nextCopy(copies)
        continue
      }
      waiting.push(copyOne(vault, source, kind, key, recipients))
      if (waiting.length < AT_ONCE) continue
      for (const line of await Promise.all(waiting)) if (line) yield line
      waiting = []
    }
    for (const line of await Promise.all(waiting)) if (line) yield line
    for (; copy; copy = await nextCopy(copies)) gone.push(copy.name)
    await noteGone(vault, gone, now)
  }
}

/** As it stands in the inventory's parts. */
export const formatLine = ({ kind, key, sha256, bytes }: InventoryLine): string =>
  `${[kind, key, sha256, bytes].join('\t')}\n`

/** @throws DamagedBackup */
export const parseLines = (text: string): InventoryLine[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [kind, key, sha256, bytes] = line.split('\t')
      const known = KINDS.find((one) => one === kind)
      if (!known || key === undefined || sha256 === undefined)
        throw new DamagedBackup('The inventory of objects cannot be read.')
      return { kind: known, key, sha256, bytes: Number(bytes) }
    })

/** The object of a line, out of its copy. @throws DamagedBackup */
export const readCopy = async (
  vault: Vault,
  line: InventoryLine,
  identities: readonly string[],
): Promise<Buffer> => {
  const plain = await openBytes(await getObject(vault, 'copies', nameOf(line)), identities)
  if (sha256Of(plain) !== line.sha256) throw new DamagedBackup(`The copy of ${line.key} holds other bytes.`)
  return plain
}
