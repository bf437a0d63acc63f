import { getHold } from '#shared/db/holds.ts'
import { getRecording, keepClaim, MAX_ATTEMPTS, type Recording, returnClaim } from '#shared/db/recordings.ts'
import { findUser, type User } from '#shared/db/users.ts'
import { CONTENT_TYPE_OF, EXTENSION_OF } from '#shared/domain/audio/sniff-audio.ts'
import { startedMinutes } from '#shared/domain/transcript/price.ts'
import { joinSegments } from '#shared/domain/transcript/segment.ts'
import { type ParsedTranscript, parseTranscript } from '#shared/domain/transcript-formats.ts'
import { AppError } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'
import type { Heard } from '#shared/speech/answer.ts'
import type { SpeechClient } from '#shared/speech/client.ts'
import { wordsOfEnd } from './end-words.ts'
import { fetchRecording } from './recording-file.ts'
import type { FailureReason } from './recording-view.ts'
import { failAndRelease, storeHeard } from './settle-recording.ts'
import { openProgress, tellEnd } from './tell-chat.ts'

/** A worker that dies is noticed after this long. */
export const LEASE_SECONDS = 60
const HEARTBEAT_MS = 15_000
/** A recording that is this much longer than it said is what apps round off, and no reason to ask for another price. */
const ROUNDING_SECONDS = 2
/** For fetching, storing and telling, out of the time that the coins are set aside for. */
const RESERVED_MS = 30_000
const RETRY_SECONDS = 5
/** So long a recogniser may take beside the length of the recording itself: it may have to load its model first. */
const LISTEN_AT_LEAST_MS = 120_000

/** No text will come of this recording, however often it is tried. */
class Hopeless extends Error {
  override name = 'Hopeless' as const
  readonly reason: FailureReason
  readonly durationSeconds: number | undefined
  constructor(reason: FailureReason, durationSeconds?: number) {
    super(reason)
    this.reason = reason
    this.durationSeconds = durationSeconds
  }
}

/** Another worker has the claim. */
class Lost extends Error {
  override name = 'Lost' as const
}

type Claimed = {
  resources: Resources
  speech: SpeechClient
  recording: Recording
  holder: string
  user: User
}

const checkLength = (seconds: number | null | undefined, { durationSeconds }: Recording): void => {
  if (seconds == null) return
  if (startedMinutes(seconds - ROUNDING_SECONDS) > startedMinutes(durationSeconds))
    throw new Hopeless('longer', Math.ceil(seconds))
}

const toContent = ({ tariff }: Resources, { segments, text }: Heard): ParsedTranscript => {
  const whole = text === '' ? joinSegments(segments) : text
  if (whole.trim() === '') throw new Hopeless('silent')
  try {
    return parseTranscript(JSON.stringify({ segments, text: whole }), 'json', tariff.limits.transcript)
  } catch (error) {
    if (error instanceof AppError && error.code === 'too_large') throw new Hopeless('too-long-text')
    throw error
  }
}

/** Of the time that the coins are set aside for, what is left for listening. */
const timeLeft = async ({ resources, recording }: Claimed): Promise<number> => {
  const hold = await getHold(resources.sql, recording.holdId)
  const leftMs = hold.expiresAt.getTime() - resources.clock() - RESERVED_MS
  if (hold.state !== 'active' || leftMs <= 0) throw new Hopeless('too-late')
  // a recogniser that never answers must not keep a worker until the coins are free again
  return Math.min(leftMs, LISTEN_AT_LEAST_MS + recording.durationSeconds * 1_000)
}

const fetchSpoken = async ({ resources, recording }: Claimed, signal: AbortSignal) => {
  const { bytes, info } = await fetchRecording(resources, recording.telegramFileId ?? '', signal)
  checkLength(info.seconds, recording)
  return {
    bytes,
    fileName: `recording.${EXTENSION_OF[info.format]}`,
    contentType: CONTENT_TYPE_OF[info.format],
    ...(recording.language === null ? {} : { language: recording.language }),
    seconds: info.seconds,
  }
}

/** Fetches, listens, stores and takes the coins. */
const work = async (
  claimed: Claimed,
  toRecognising: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> => {
  const { resources, speech, recording, holder } = claimed
  const timeoutMs = await timeLeft(claimed)
  const { seconds, ...file } = await fetchSpoken(claimed, signal)
  await toRecognising()
  const heard = await speech.transcribe(file, { timeoutMs, signal })
  checkLength(heard.durationSeconds, recording)
  const durationSeconds = heard.durationSeconds ?? seconds ?? recording.durationSeconds
  const language = recording.language ?? heard.language
  const content = toContent(resources, heard)
  await storeHeard(resources, { recording, holder, content, language, durationSeconds }, signal)
}

const REASON_OF_CODE: Partial<Record<AppError['code'], FailureReason>> = {
  file_not_found: 'gone',
  too_large: 'unreadable',
  unsupported_media: 'unreadable',
  unprocessable_media: 'unreadable',
  // the hold has ended, or the person has erased everything
  conflict: 'too-late',
  hold_not_found: 'too-late',
  user_not_found: 'gone',
}

/** The reason why it will never work; undefined for what may work the next time. */
const reasonOf = (error: unknown): FailureReason | undefined => {
  if (error instanceof Hopeless) return error.reason
  return error instanceof AppError ? REASON_OF_CODE[error.code] : undefined
}

const settleError = async (
  { resources, recording, holder, user }: Claimed,
  error: unknown,
  stop: AbortSignal,
): Promise<'failed' | 'later'> => {
  const { id, attempts } = recording
  const { sql, log } = resources
  if (stop.aborted || error instanceof Lost) {
    await returnClaim(sql, { id, holder, afterSeconds: 0, uncounted: stop.aborted })
    return 'later'
  }
  const isLast = attempts >= MAX_ATTEMPTS
  const given = reasonOf(error)
  const reason = given ?? (error instanceof AppError ? 'away' : 'interrupted')
  if (given === undefined) {
    const details = { err: error, recordingId: id, attempts }
    if (isLast) log.error(details, 'a recording was given up')
    else log.warn(details, 'a recording is tried again later')
    if (!isLast) {
      const afterSeconds = (error instanceof AppError ? error.retryAfterSeconds : undefined) ?? RETRY_SECONDS
      await returnClaim(sql, { id, holder, afterSeconds, uncounted: false })
      return 'later'
    }
  }
  const durationSeconds = error instanceof Hopeless ? error.durationSeconds : undefined
  const hasFailed = await failAndRelease(resources, { recording, user }, { holder, reason, durationSeconds })
  return hasFailed ? 'failed' : 'later'
}

/** Keeps the claim while the work goes on, and shows how long it has; ends the work when the claim is lost. */
const keepWorking = async (claimed: Claimed, stop: AbortSignal): Promise<void> => {
  const { resources, recording, holder, user } = claimed
  const { sql } = resources
  const { id } = recording
  const lost = new AbortController()
  const progress = openProgress(resources, user, recording)
  let state: 'downloading' | 'recognising' = 'downloading'
  let since = performance.now()
  const beat = async (): Promise<void> => {
    if (!(await keepClaim(sql, { id, holder, state, seconds: LEASE_SECONDS }))) lost.abort(new Lost())
    else if (state === 'recognising')
      progress.set({ kind: 'recognising', elapsedSeconds: Math.round((performance.now() - since) / 1_000) })
  }
  // a database that is away for a moment costs nothing yet: the lease outlasts several beats
  const heart = setInterval(() => void beat().catch(() => undefined), HEARTBEAT_MS)
  progress.set({ kind: 'downloading' })
  try {
    await work(
      claimed,
      async () => {
        state = 'recognising'
        since = performance.now()
        await beat()
        lost.signal.throwIfAborted()
      },
      AbortSignal.any([stop, lost.signal]),
    )
  } catch (error) {
    throw lost.signal.aborted ? new Lost() : error
  } finally {
    clearInterval(heart)
    await progress.stop()
  }
}

/**
 * Works on one claimed recording until it has ended or is given back, and tells the chat. Rejects only where the database does not take its end:
 * then the claim runs out, and another worker finds it.
 */
export const recognise = async (
  { resources, speech, recording, holder }: Omit<Claimed, 'user'>,
  stop: AbortSignal,
): Promise<'done' | 'failed' | 'later'> => {
  const { sql, log } = resources
  const user = await findUser(sql, { userId: recording.userId })
  if (!user) {
    const whose = { recording, user: undefined }
    return (await failAndRelease(resources, whose, { holder, reason: 'gone' })) ? 'failed' : 'later'
  }
  const claimed: Claimed = { resources, speech, recording, holder, user }
  let outcome: 'done' | 'failed' | 'later' = 'done'
  try {
    await keepWorking(claimed, stop)
  } catch (error) {
    outcome = await settleError(claimed, error, stop)
  }
  if (outcome === 'later') return outcome
  await tellOf(resources, user, recording, stop).catch((error: unknown) =>
    log.warn({ err: error, recordingId: recording.id }, 'the end of a recording is told later'),
  )
  return outcome
}

/** Tells the chat how a recording has ended. @throws what the database or the store throws: a later run tells of it */
export const tellOf = async (
  resources: Resources,
  user: User,
  { id, userId }: Pick<Recording, 'id' | 'userId'>,
  signal: AbortSignal,
): Promise<void> => {
  const recording = await getRecording(resources.sql, { userId, recordingId: id })
  if (recording.state !== 'done' && recording.state !== 'failed') return
  await tellEnd(resources, user, recording, await wordsOfEnd(resources, user, recording, signal))
}
