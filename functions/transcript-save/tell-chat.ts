import { markTold, type Recording } from '#shared/db/recordings.ts'
import { setBlocked, type User } from '#shared/db/users.ts'
import { clockTime } from '#shared/domain/audio/clock-time.ts'
import { text } from '#shared/domain/texts/texts.ts'
import { createProgress, type Progress } from '#shared/http/progress.ts'
import type { Resources } from '#shared/http/resources.ts'
import { signButtons } from '#shared/telegram/button-signature.ts'
import type { Keyboard, OutgoingMessage } from '#shared/telegram/outgoing.ts'
import { createSender, type Sender, type SendOutcome } from '#shared/telegram/sender.ts'

/** How far a recording is, as the chat shows it. */
export type Stage =
  | { kind: 'queued'; coins: number }
  | { kind: 'downloading' }
  | { kind: 'recognising'; elapsedSeconds: number }

/** Telegram takes about one message a second in a chat. */
const PAUSE_MS = 1_000
/** A stage that must wait longer for its turn is left out; the next one comes. */
const STAGE_WAIT_MS = 500
const END_WAIT_MS = 3_000
/** By then a person looks elsewhere. */
const LONG_WAIT_MS = 90_000

type Tools = {
  stages: Sender
  ends: Sender /** By recording: what is shown follows what was shown before. */
  last: Map<string, Promise<unknown>>
}

const tools = new WeakMap<Resources, Tools>()

const toolsOf = (resources: Resources): Tools => {
  const known = tools.get(resources)
  if (known) return known
  const { telegram: api, pacer } = resources
  const made: Tools = {
    stages: createSender({ api, pacer, maxWaitMs: STAGE_WAIT_MS }),
    ends: createSender({ api, pacer, maxWaitMs: END_WAIT_MS }),
    last: new Map(),
  }
  tools.set(resources, made)
  return made
}

/** Sends after what was sent about the same recording before. The sender itself never rejects. */
const inOrder = async (
  resources: Resources,
  recordingId: string,
  send: () => Promise<SendOutcome>,
): Promise<SendOutcome> => {
  const { last } = toolsOf(resources)
  const sent = (last.get(recordingId) ?? Promise.resolve()).then(send)
  last.set(recordingId, sent)
  try {
    return await sent
  } finally {
    if (last.get(recordingId) === sent) last.delete(recordingId)
  }
}

const wordsOf = ({ settings: { language } }: User, { durationSeconds }: Recording, stage: Stage): string => {
  switch (stage.kind) {
    case 'queued':
      return text(language, 'recording-queued', { coins: stage.coins })
    case 'downloading':
      return text(language, 'recording-downloading')
    case 'recognising': {
      const elapsed = stage.elapsedSeconds === 0 ? null : clockTime(stage.elapsedSeconds)
      return text(language, 'recording-recognising', { length: clockTime(durationSeconds), elapsed })
    }
  }
}

/** Shows a stage in the place of the offer. Whatever becomes of it: the work goes on, and its end is told. */
const showStage = async (
  resources: Resources,
  user: User,
  recording: Recording,
  stage: Stage,
): Promise<void> => {
  const { messageId } = recording
  if (messageId === null || user.blockedAt !== null) return
  const { stages } = toolsOf(resources)
  const message: OutgoingMessage = { kind: 'edit', messageId, text: wordsOf(user, recording, stage) }
  await inOrder(resources, recording.id, () => stages.send(user.telegramId, message, { priority: 'low' }))
}

/** Shows that a recording waits, before a worker can have begun. */
export const tellQueued = (
  resources: Resources,
  user: User,
  recording: Recording,
  coins: number,
): Promise<void> => showStage(resources, user, recording, { kind: 'queued', coins })

/** Shows the stages of the work, a second apart at least. */
export const openProgress = (resources: Resources, user: User, recording: Recording): Progress<Stage> =>
  createProgress((stage) => showStage(resources, user, recording, stage), PAUSE_MS)

/**
 * Tells the chat how a recording ended: in the message that showed how far it was, or in a new one where that is gone. What does not arrive now
 * is told by a later run. Telegram rings for no change of a message: who has waited long gets a line that points to it.
 */
export const tellEnd = async (
  resources: Resources,
  user: User,
  { id, messageId, state, createdAt }: Recording,
  end: { text: string; keyboard?: Keyboard | undefined },
): Promise<void> => {
  if (messageId === null) return
  const { ends } = toolsOf(resources)
  const { telegramId } = user
  const tell = (message: OutgoingMessage) =>
    inOrder(resources, id, () =>
      ends.send(telegramId, signButtons(message, { telegramId, sign: resources.sign })),
    )
  let outcome = await tell({ kind: 'edit', messageId, ...end })
  if (!outcome.ok && outcome.reason === 'rejected') outcome = await tell({ kind: 'text', ...end })
  if (outcome.ok) {
    await markTold(resources.sql, id)
    const waitedMs = resources.clock() - createdAt.getTime()
    if (waitedMs < LONG_WAIT_MS || outcome.messageId !== messageId) return
    const news = text(user.settings.language, 'recording-news', {
      outcome: state === 'done' ? 'done' : 'failed',
    })
    await tell({ kind: 'text', text: news, replyTo: messageId })
    return
  }
  const { reason } = outcome
  if (reason === 'blocked' || reason === 'gone') {
    await setBlocked(resources.sql, user.telegramId, true)
    await markTold(resources.sql, id)
  } else resources.log.warn({ recordingId: id, reason }, 'the end of a recording is told later')
}
