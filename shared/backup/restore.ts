import { LOCKS } from '#shared/db/advisory-lock.ts'
import { openDatabase, type Sql } from '#shared/db/client.ts'
import { OBJECT_HEADERS } from '#shared/storage/object-headers.ts'
import { eraseAgain, readErasures } from './erasures.ts'
import { emptyTarget, freeLocks, hasSchema, type LoadOptions, loadTables, makeSchema } from './load.ts'
import { DamagedBackup } from './manifest.ts'
import { AT_ONCE, type InventoryLine, parseLines, readCopy, type Source } from './objects.ts'
import { openPart } from './part.ts'
import { type Proof, proveRestored } from './prove.ts'
import { findBegun, lookAtTarget, type RestorePlan } from './restore-plan.ts'
import { getObject, type Vault } from './vault.ts'

export type RestoreOptions = {
  vault: Vault
  identities: readonly string[]
  ownerUrl: string
  /** Brings the restored database forward to this version, with roles and rights (`prepareDatabase`). */
  prepare: () => Promise<unknown>
  /** Where the objects go; undefined: the database only. */
  source?: Source
  /** The explicit word: a database that is not empty is emptied. `unfinished`: only what a restore has begun there and not ended. */
  replace?: boolean | 'unfinished'
  say?: (line: string) => void
  /** Told of each step; throwing ends the restore (tests die there). */
  onStep?: (step: string) => Promise<void> | void
}

export type RestoreReport = Proof & {
  backupId: string
  erasedAgain: number
  objectsRestored: number
  /** Objects that cannot be restored: their copies are gone, by an erasure or otherwise. */
  objectsMissing: number
  /** Work after the backup is lost: this much of it at most. */
  rpoSeconds: number
  rtoSeconds: number
}

/** The target holds data, and the word to throw it away was not given. */
export class TargetNotEmpty extends Error {
  override name = 'TargetNotEmpty' as const
}

/** A restored database that is not what was backed up: it is left as it is, for a look, and must not be used. */
export class RestoreDiffers extends Error {
  override name = 'RestoreDiffers' as const
}

/** Somebody else restores into the target right now. */
export class RestoreBusy extends Error {
  override name = 'RestoreBusy' as const
}

const SILENCE_MS = 300_000

/** Longer than any restore: the connection carries settings and a lock of its own. */
const LIFETIME_SECONDS = 7 * 86_400

/** A connection for long statements. */
export const openForRestore = (url: string): Sql =>
  openDatabase({
    url,
    applicationName: 'kopeika-restore',
    max: 1,
    silenceMs: SILENCE_MS,
    maxLifetimeSeconds: LIFETIME_SECONDS,
  })

/** Two at once would load the same parts and throw away each other's work. The lock goes with the connection. */
const lockTarget = async (sql: Sql): Promise<void> => {
  const [row] = await sql<[{ isOurs: boolean }]>`
    select pg_try_advisory_lock(${LOCKS.restore}::bigint) as "isOurs"`
  if (!row.isOurs) throw new RestoreBusy('Another restore into this database is under way.')
}

/** Data of a backup into an empty database of its own schema; goes on where an earlier try was interrupted. */
export const restoreData = async (
  options: LoadOptions,
  plan: RestorePlan,
  replace: boolean | 'unfinished',
): Promise<void> => {
  const { sql, say, onStep } = options
  await sql`
    select set_config('statement_timeout', '0', false), set_config('idle_in_transaction_session_timeout', '0', false)`
  const state = await lookAtTarget(sql, plan.manifest.backupId)
  // looked at here, under the lock: whoever had begun it may have ended it meanwhile, and people use it
  const mayReplace = replace === 'unfinished' ? (await findBegun(sql)) !== undefined : replace
  if (state === 'full' && !mayReplace)
    throw new TargetNotEmpty('The database is not empty. Say --replace to throw away what it holds.')
  if (state === 'interrupted' && (await hasSchema(sql))) say('an interrupted restore of this backup goes on')
  else {
    await onStep?.('empty')
    await emptyTarget(sql)
    await onStep?.('schema')
    await makeSchema(options, plan)
  }
  await loadTables(options, plan)
}

/** Every line of the backup's inventory. @throws DamagedBackup */
export async function* readInventory(
  vault: Vault,
  plan: RestorePlan,
  identities: readonly string[],
): AsyncGenerator<InventoryLine, void, undefined> {
  for (const part of plan.manifest.objects.inventory) {
    const plain = await openPart(await getObject(vault, 'backups', part.key), part, identities)
    yield* parseLines(plain.toString('utf8'))
  }
}

const restoreObjects = async (
  options: RestoreOptions,
  source: Source,
  plan: RestorePlan,
): Promise<{ objectsRestored: number; objectsMissing: number }> => {
  const { vault, identities, say = () => undefined, onStep } = options
  let [objectsRestored, objectsMissing] = [0, 0]
  for (const kind of ['avatars', 'transcripts'] as const)
    await source.store.ensureBucket(source.buckets[kind])
  const there = new Set<string>()
  for (const kind of ['avatars', 'transcripts'] as const)
    for await (const { key } of source.store.list(source.buckets[kind], `${kind}/`)) there.add(key)
  const putBack = async (line: InventoryLine): Promise<void> => {
    try {
      const plain = await readCopy(vault, line, identities)
      await onStep?.(`object ${line.key}`)
      await source.store.put(source.buckets[line.kind], line.key, plain, OBJECT_HEADERS[line.kind])
      objectsRestored += 1
    } catch (error) {
      if (!(error instanceof DamagedBackup)) throw error
      objectsMissing += 1
    }
  }
  let waiting: Promise<void>[] = []
  for await (const line of readInventory(vault, plan, identities)) {
    if (there.has(line.key)) continue
    waiting.push(putBack(line))
    if (waiting.length < AT_ONCE) continue
    await Promise.all(waiting)
    waiting = []
    if (objectsRestored % 1_000 < AT_ONCE) say(`${objectsRestored} of ${plan.objects} objects`)
  }
  await Promise.all(waiting)
  return { objectsRestored, objectsMissing }
}

/**
 * The whole way back: data into its own schema, proof that it is what was backed up, objects, erasures since then once more, then forward
 * to this version. Payments since the backup come back with the next run of `reconcile`.
 * @throws TargetNotEmpty, DamagedBackup, RestoreDiffers
 */
export const restore = async (options: RestoreOptions, plan: RestorePlan): Promise<RestoreReport> => {
  const { vault, identities, ownerUrl, say = () => undefined, onStep } = options
  const startedAt = performance.now()
  // not at the end: the time of the restore itself is no work that was lost
  const rpoSeconds = Math.max(0, Math.round((Date.now() - Date.parse(plan.manifest.snapshotAt)) / 1000))
  const sql = openForRestore(ownerUrl)
  try {
    await lockTarget(sql)
    await restoreData({ vault, identities, ownerUrl, sql, say, onStep }, plan, options.replace ?? false)
    await onStep?.('prove')
    const proof = await proveRestored(sql, plan)
    if (proof.differences.length > 0)
      throw new RestoreDiffers(
        `The restored database is not what was backed up: ${proof.differences.join('; ')}.`,
      )
    await onStep?.('erase')
    const erasedAgain = await eraseAgain(sql, await readErasures(vault))
    await freeLocks(sql)
    const objects = options.source
      ? await restoreObjects(options, options.source, plan)
      : { objectsRestored: 0, objectsMissing: 0 }
    await onStep?.('end')
    await sql`drop schema if exists kopeika_restore cascade`
    await onStep?.('prepare')
    await options.prepare()
    return {
      backupId: plan.manifest.backupId,
      ...proof,
      ...objects,
      erasedAgain,
      rpoSeconds,
      rtoSeconds: Math.round((performance.now() - startedAt) / 10) / 100,
    }
  } finally {
    await sql.end({ timeout: 5 })
  }
}
