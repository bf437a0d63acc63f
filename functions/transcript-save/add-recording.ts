import { randomUUIDv7 } from 'node:crypto'
import { z } from 'zod'
import { placeHold } from '#shared/db/holds.ts'
import { lockPerson } from '#shared/db/person-lock.ts'
import { countOpenRecordings, getRecording, addRecording as writeRecording } from '#shared/db/recordings.ts'
import { getCustomer, type User } from '#shared/db/users.ts'
import { CoinAmount } from '#shared/domain/coins.ts'
import { serviceTitle, type Tariff } from '#shared/domain/tariff.ts'
import { type Price, priceRecording } from '#shared/domain/transcript/price.ts'
import { AppError } from '#shared/errors.ts'
import { limitPerson } from '#shared/http/limit-person.ts'
import { changeRoute } from '#shared/http/route.ts'
import { bodySubject, Id, subjectOf } from '#shared/http/subject.ts'
import { ensureVault } from '#shared/http/text-vault.ts'
import { RecordingView, viewOfRecording } from './recording-view.ts'
import { Title, TranscriptRequest } from './request.ts'
import { tellQueued } from './tell-chat.ts'

const RecordingRequest = z.strictObject({
  ...bodySubject,
  telegramFileId: z.string().min(1).max(256),
  /** What it lasts, as the price was asked for; a recording that turns out longer is refused, and nothing taken. */
  durationSeconds: z.int().min(1).max(86_400),
  /** The price that was agreed to: where it has changed, 409 with the new one. */
  coins: CoinAmount.optional(),
  title: Title.optional(),
  language: TranscriptRequest.shape.language,
  /** A message of the bot in the person's private chat, which then shows how far it is. */
  messageId: z.int().positive().optional(),
})
type RecordingRequest = z.infer<typeof RecordingRequest>

const Kept = z.strictObject({ userId: Id, recordingId: Id })

/** @throws AppError unavailable (not set up), too_large (too long), conflict (`limit: price`) with the new price */
const priceOf = (tariff: Tariff, isSetUp: boolean, body: RecordingRequest): Price => {
  const price = isSetUp ? priceRecording(tariff, body.durationSeconds) : undefined
  if (!price)
    throw new AppError('unavailable', {
      detail: 'Speech to text is not set up here.',
      extra: { reason: 'not_set_up' },
      retryAfterSeconds: 3_600,
    })
  const { maxMinutes } = tariff.limits.recording
  if (body.durationSeconds > maxMinutes * 60) {
    throw new AppError('too_large', {
      detail: `A recording lasts at most ${maxMinutes} minutes.`,
      extra: { maxMinutes },
    })
  }
  if (body.coins !== undefined && body.coins !== price.coins) {
    throw new AppError('conflict', {
      detail: `The price is ${price.coins} coins now.`,
      extra: { limit: 'price', coins: price.coins },
    })
  }
  return price
}

type Prepared = { user: User; price: Price; id: string; title: Buffer | null }

/** POST /recordings: coins are set aside and the work is written down in one transaction; it begins at once. */
export const addRecording = changeRoute<RecordingRequest, unknown, unknown, Prepared>({
  method: 'POST',
  path: '/recordings',
  summary:
    'Turns a recording at Telegram into a transcript: coins are set aside, and taken when the text is there',
  body: RecordingRequest,
  answers: { 202: z.strictObject({ recording: RecordingView }) },
  prepare: async ({ body, sql, resources }) => {
    const user = await getCustomer(sql, subjectOf(body))
    const price = priceOf(resources.tariff, resources.speech !== undefined, body)
    await limitPerson(resources, 'uploads', user.id)
    const id = randomUUIDv7()
    // a title tells as much as the text
    const title =
      body.title === undefined ? null : (await ensureVault(resources, user.id)).sealTitle(id, body.title)
    return { user, price, id, title }
  },
  run: async ({ body, tx, prepared: { user, price, id, title }, caller, resources, afterCommit }) => {
    const { tariff } = resources
    // two at once see each other
    await lockPerson(tx, user.id)
    const { atOnce } = tariff.limits.recording
    const { hold } = await placeHold(tx, {
      ...price,
      userId: user.id,
      service: 'recording',
      description: serviceTitle(tariff, 'recording', user.settings.language),
      settings: user.settings,
      expiresInSeconds: tariff.holds.defaultSeconds,
      actor: caller.id,
    })
    const recording = await writeRecording(tx, {
      id,
      userId: user.id,
      holdId: hold.id,
      telegramFileId: body.telegramFileId,
      title,
      language: body.language ?? null,
      durationSeconds: body.durationSeconds,
      messageId: body.messageId ?? null,
      actor: caller.id,
    })
    if (!recording) {
      throw new AppError('conflict', {
        detail: 'The recording of this message is under way, or done.',
        extra: { limit: 'recording' },
      })
    }
    if ((await countOpenRecordings(tx, user.id)) > atOnce) {
      throw new AppError('conflict', {
        detail: `At most ${atOnce} recordings of a person are worked on at a time.`,
        extra: { limit: 'recordings', atOnce },
      })
    }
    afterCommit(async () => {
      resources.wake('notify')
      await tellQueued(resources, user, recording, price.coins)
      resources.wake(resources.config.functionName)
    })
    return { status: 202, body: { userId: user.id, recordingId: id } }
  },
  // as it is now, also for a call that is repeated later
  present: async (body, { sql }) => ({
    recording: await viewOfRecording(sql, await getRecording(sql, Kept.parse(body))),
  }),
})
