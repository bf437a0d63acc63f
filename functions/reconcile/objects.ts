import { z } from 'zod'
import { enqueueAlert } from '#shared/db/alerts.ts'
import { writeAuditOnce } from '#shared/db/audit.ts'
import {
  findReferences,
  findUnreferenced,
  type ObjectKind,
  type ObjectReference,
  stillReferenced,
} from '#shared/db/object-references.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { AppError } from '#shared/errors.ts'
import { bucketOf } from '#shared/http/stored-objects.ts'
import type { StoredObject } from '#shared/storage/object-store.ts'
import { reconcileMetrics } from './metrics.ts'
import { ACTOR, hasTime, ProviderAway, type Run } from './report.ts'

const KINDS: readonly ObjectKind[] = ['avatars', 'transcripts']
/** Objects of one listing. */
const PAGE = 1_000
/** Kept for the report and the answer; one page with what it removes takes less. */
const LEAVE_MS = 2_500
/** A call writes objects before their row, and never runs that long. */
const ORPHAN_AFTER_MS = 24 * 60 * 60_000
/** Younger rows may name an object that was written after the listing. */
const MISSING_AFTER_MS = 60 * 60_000
/** Beyond this the bucket as a whole is lost, and a list of it all helps nobody. */
const MOST_NAMED = 100

const Place = z.object({ kind: z.enum(['avatars', 'transcripts']), after: z.string() })
type Place = z.infer<typeof Place>

/** What is kept of a look at the two buckets, in the run's report. */
export const ObjectsReport = z.object({
  looked: z.int(),
  /** Objects removed since no row names them. */
  orphans: z.int(),
  /** Objects that a row names and that are not there. */
  missing: z.int(),
  /** Objects that belong to nobody whom this database knows: left alone. */
  foreign: z.int(),
  /** Where the next run goes on; null: all was looked at. */
  stoppedAt: Place.nullable(),
})
export type ObjectsReport = z.infer<typeof ObjectsReport>

const EMPTY: ObjectsReport = { looked: 0, orphans: 0, missing: 0, foreign: 0, stoppedAt: null }
const START: Place = { kind: 'avatars', after: '' }

/** Any failure of the store says that this part is what could not be done. */
const asking = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    if (error instanceof AppError && error.code !== 'file_not_found') throw new ProviderAway('storage', error)
    throw error
  }
}

/** Removes what no row names, after asking the database once more. */
const removeOrphans = async (
  run: Run,
  kind: ObjectKind,
  unnamed: readonly StoredObject[],
): Promise<Pick<ObjectsReport, 'orphans' | 'foreign'>> => {
  const { sql, storage, log, clock } = run.resources
  const old = unnamed.filter(({ lastModified }) => clock() - lastModified.getTime() >= ORPHAN_AFTER_MS)
  if (old.length === 0) return { orphans: 0, foreign: 0 }
  const candidates = old.map(({ key }) => key)
  const keys = await findUnreferenced(sql, kind, candidates)
  if (keys.length > 0) {
    await asking(storage.remove(bucketOf(run.resources, kind), keys, { signal: run.signal }))
    reconcileMetrics(run.resources).orphansRemoved.inc({ bucket: kind }, keys.length)
    log.info({ bucket: kind, objects: keys.length, keys: keys.slice(0, 20) }, 'objects without a row removed')
  }
  return { orphans: keys.length, foreign: candidates.length - keys.length }
}

const isThere = async (run: Run, kind: ObjectKind, key: string): Promise<boolean> => {
  try {
    await asking(run.resources.storage.stat(bucketOf(run.resources, kind), key, { signal: run.signal }))
    return true
  } catch (error) {
    if (error instanceof AppError && error.code === 'file_not_found') return false
    throw error
  }
}

/** Names each row in the audit log, once for ever; the operators hear of the bucket, not of each. */
const nameMissing = async (
  run: Run,
  kind: ObjectKind,
  missing: readonly ObjectReference[],
): Promise<void> => {
  await inTransaction(run.resources.sql, async (tx) => {
    let news = 0
    for (const { key, subject } of missing) {
      if (await writeAuditOnce(tx, { actor: ACTOR, action: 'object-missing', subject, details: { key } }))
        news += 1
    }
    if (news === 0) return
    const params = { rows: news, first: missing[0]?.subject ?? null }
    await enqueueAlert(tx, { kind: 'object-missing', subject: `bucket:${kind}`, params })
    run.hasNews = true
  })
}

/** Those whose row still stands and whose object is really not there. */
const findMissing = async (
  run: Run,
  kind: ObjectKind,
  unseen: readonly ObjectReference[],
  alreadyFound: number,
): Promise<number> => {
  const { clock, sql } = run.resources
  const old = unseen.filter(({ createdAt }) => clock() - createdAt.getTime() >= MISSING_AFTER_MS)
  const standing = await stillReferenced(sql, kind, old)
  const named = standing.slice(0, Math.max(0, MOST_NAMED - alreadyFound))
  const missing: ObjectReference[] = []
  for (const reference of named) {
    if (!(await isThere(run, kind, reference.key))) missing.push(reference)
  }
  if (missing.length > 0) await nameMissing(run, kind, missing)
  return missing.length + (standing.length - named.length)
}

/** One page of the bucket beside the rows of the same stretch of keys; gives where the next one begins, null at the end. */
const comparePage = async (
  run: Run,
  { kind, after }: Place,
  soFar: ObjectsReport,
): Promise<{ found: ObjectsReport; next: string | null }> => {
  const { sql, storage } = run.resources
  const page = await asking(
    storage.listPage(bucketOf(run.resources, kind), `${kind}/`, { after, limit: PAGE, signal: run.signal }),
  )
  const lastKey = page.isTruncated ? (page.objects.at(-1)?.key ?? null) : null
  // rows are read after the listing: an object of the listing has had its row by then
  const { references, upTo } = await findReferences(sql, kind, { after, upTo: lastKey })
  const objects = page.objects.filter(({ key }) => upTo === null || key <= upTo)
  const named = new Set(references.map(({ key }) => key))
  const present = new Set(objects.map(({ key }) => key))
  const removed = await removeOrphans(
    run,
    kind,
    objects.filter(({ key }) => !named.has(key)),
  )
  const unseen = references.filter(({ key }) => !present.has(key))
  const missing = await findMissing(run, kind, unseen, soFar.missing)
  return {
    found: {
      looked: soFar.looked + objects.length,
      orphans: soFar.orphans + removed.orphans,
      foreign: soFar.foreign + removed.foreign,
      missing: soFar.missing + missing,
      stoppedAt: null,
    },
    next: upTo,
  }
}

/** The place behind a page: on in the same bucket, at the start of the next one, or null. */
const placeAfter = ({ kind }: Place, next: string | null): Place | null => {
  if (next !== null) return { kind, after: next }
  const following = KINDS[KINDS.indexOf(kind) + 1]
  return following ? { kind: following, after: '' } : null
}

/**
 * The buckets against the rows, both ways: removes objects older than a day that no row names, and names rows whose object is gone.
 * Goes on where the last look ran out of time, unless `fromStart`.
 * @throws ProviderAway for the store; what was done before stays done
 */
export const checkObjects = async (
  run: Run,
  last: ObjectsReport | undefined,
  options: { fromStart: boolean },
): Promise<ObjectsReport> => {
  const isContinued = !options.fromStart && last !== undefined && last.stoppedAt !== null
  let report = isContinued ? last : EMPTY
  for (let place: Place | null = (isContinued ? last.stoppedAt : null) ?? START; place !== null; ) {
    if (!hasTime(run, LEAVE_MS)) {
      report = { ...report, stoppedAt: place }
      break
    }
    const { found, next } = await comparePage(run, place, report)
    report = found
    place = placeAfter(place, next)
  }
  const { log } = run.resources
  if (report.stoppedAt === null) {
    reconcileMetrics(run.resources).objectsMissing.set(report.missing)
    if (report.foreign > 0)
      log.warn(
        { objects: report.foreign },
        'the buckets hold objects of people whom this database does not know',
      )
  }
  return report
}
