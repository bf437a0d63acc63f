import {
  countPart,
  type ExportJob,
  endExport,
  keepExport,
  MAX_EXPORT_ATTEMPTS,
  returnExport,
} from '#shared/db/exports.ts'
import { findUser, type User } from '#shared/db/users.ts'
import { AppError } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'
import { inTurn, makeArchives } from './export-archive.ts'
import { ChatRefused, type ExportChat, openExportChat } from './export-chat.ts'

/** A worker that dies is noticed after this long. */
export const LEASE_SECONDS = 60
const HEARTBEAT_MS = 10_000
const RETRY_SECONDS = 30
/** Telegram takes 50 MB from a bot. An archive is held in memory several times while it is sent, so ours are smaller. */
const PART_BYTES = 16 * 1024 * 1024

/** Another worker has the claim, or the person is gone. */
class Lost extends Error {
  override name = 'Lost' as const
}

type Claimed = { resources: Resources; exportJob: ExportJob; holder: string }

/** Makes the archives and sends each; those that the chat has from an earlier attempt are left out. */
const deliver = async (
  { resources, exportJob, holder }: Claimed,
  { user, chat, onProgress }: { user: User; chat: ExportChat; onProgress: (progress: number) => void },
  signal: AbortSignal,
): Promise<number> => {
  let part = 0
  for await (const bytes of makeArchives({ resources, user, partBytes: PART_BYTES, onProgress, signal })) {
    part += 1
    if (part <= exportJob.partsSent) continue
    await chat.sendPart(part, bytes)
    await countPart(resources.sql, { id: exportJob.id, holder })
    signal.throwIfAborted()
  }
  return part
}

/** Keeps the claim while the work goes on; ends the work when the claim is lost (the person was erased, or we were too slow). */
const keepWorking = async (claimed: Claimed, user: User, stop: AbortSignal): Promise<void> => {
  const { resources, exportJob, holder } = claimed
  const { id } = exportJob
  const lost = new AbortController()
  const chat = openExportChat(resources, user, exportJob)
  let { progress } = exportJob
  const beat = async (): Promise<void> => {
    if (!(await keepExport(resources.sql, { id, holder, seconds: LEASE_SECONDS, progress })))
      lost.abort(new Lost())
  }
  // a database that is away for a moment costs nothing yet: the lease outlasts several beats
  const heart = setInterval(() => void beat().catch(() => undefined), HEARTBEAT_MS)
  const onProgress = (now: number): void => {
    if (now <= progress) return
    progress = now
    chat.showProgress(now)
  }
  try {
    await chat.begin(progress)
    const signal = AbortSignal.any([stop, lost.signal])
    const parts = await inTurn(resources, () => deliver(claimed, { user, chat, onProgress }, signal))
    if (!(await endExport(resources.sql, { id, holder, reason: null }))) throw new Lost()
    await chat.end({ state: 'done', parts })
  } catch (error) {
    throw lost.signal.aborted ? new Lost() : error
  } finally {
    clearInterval(heart)
    await chat.stop()
  }
}

const giveUp = async ({ resources, exportJob, holder }: Claimed, user: User, reason: string) => {
  const hasEnded = await endExport(resources.sql, { id: exportJob.id, holder, reason })
  if (!hasEnded || reason === 'blocked') return
  const chat = openExportChat(resources, user, exportJob)
  await chat.end({ state: 'failed' })
}

const settleError = async (
  claimed: Claimed,
  user: User,
  error: unknown,
  isStopping: boolean,
): Promise<void> => {
  const { resources, exportJob, holder } = claimed
  const { id, attempts } = exportJob
  if (error instanceof Lost) return
  const claim = { id, holder }
  if (isStopping) return returnExport(resources.sql, { ...claim, afterSeconds: 0, uncounted: true })
  if (error instanceof ChatRefused && error.isForGood) return giveUp(claimed, user, error.reason)
  const details = { err: error, exportId: id, attempts }
  if (attempts >= MAX_EXPORT_ATTEMPTS) {
    resources.log.error(details, 'an export was given up')
    return giveUp(claimed, user, error instanceof AppError ? 'away' : 'interrupted')
  }
  resources.log.warn(details, 'an export is tried again later')
  const afterSeconds =
    error instanceof ChatRefused ? (error.retryAfterSeconds ?? RETRY_SECONDS) : RETRY_SECONDS
  await returnExport(resources.sql, { ...claim, afterSeconds, uncounted: false })
}

/**
 * Works on one claimed export until it has ended or is given back. Rejects only where the database does not take its end: then the claim runs
 * out, and another worker finds it.
 */
export const workOnExport = async (claimed: Claimed, stop: AbortSignal): Promise<void> => {
  const { resources, exportJob, holder } = claimed
  const user = await findUser(resources.sql, { userId: exportJob.userId })
  // erased: its row has gone with the person
  if (!user) return
  if (exportJob.attempts > MAX_EXPORT_ATTEMPTS) return giveUp(claimed, user, 'interrupted')
  if (user.blockedAt !== null) {
    await endExport(resources.sql, { id: exportJob.id, holder, reason: 'blocked' })
    return
  }
  try {
    await keepWorking(claimed, user, stop)
  } catch (error) {
    await settleError(claimed, user, error, stop.aborted)
  }
}
