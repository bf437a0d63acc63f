import { type ExportJob, setExportMessage } from '#shared/db/exports.ts'
import { setBlocked, type User } from '#shared/db/users.ts'
import { text } from '#shared/domain/texts/texts.ts'
import { createProgress } from '#shared/http/progress.ts'
import type { Resources } from '#shared/http/resources.ts'
import { createTelegram } from '#shared/telegram/api.ts'
import type { OutgoingMessage } from '#shared/telegram/outgoing.ts'
import { createSender, type SendOutcome, type SendPriority } from '#shared/telegram/sender.ts'

/** An archive of many megabytes over a slow line. */
const UPLOAD_MS = 90_000
/** Nobody reads every hundredth. */
const PAUSE_MS = 2_000
/** A stage that must wait longer for its turn is left out; the next one comes. */
const STAGE_WAIT_MS = 500
const MESSAGE_WAIT_MS = 10_000

/** Telegram does not take the archive: now, or for good. */
export class ChatRefused extends Error {
  override name = 'ChatRefused' as const
  readonly reason: 'blocked' | 'rejected' | 'away'
  readonly retryAfterSeconds: number | undefined
  constructor(reason: 'blocked' | 'rejected' | 'away', description: string, retryAfterSeconds?: number) {
    super(description)
    this.reason = reason
    this.retryAfterSeconds = retryAfterSeconds
  }
  get isForGood(): boolean {
    return this.reason !== 'away'
  }
}

/** The person's chat while an export is made: one message that is edited, and the archives behind it. */
export type ExportChat = {
  /** @throws ChatRefused */
  begin: (progress: number) => Promise<void>
  showProgress: (progress: number) => void
  /** @throws ChatRefused */
  sendPart: (part: number, bytes: Buffer) => Promise<void>
  /** Whatever becomes of it: the work has ended. */
  end: (how: { state: 'done'; parts: number } | { state: 'failed' }) => Promise<void>
  stop: () => Promise<void>
}

const refusalOf = (outcome: SendOutcome & { ok: false }): ChatRefused => {
  const { reason, description, retryAfterSeconds } = outcome
  if (reason === 'blocked' || reason === 'gone') return new ChatRefused('blocked', description)
  if (reason === 'rejected') return new ChatRefused('rejected', description)
  return new ChatRefused('away', description, retryAfterSeconds)
}

export const openExportChat = (resources: Resources, user: User, exportJob: ExportJob): ExportChat => {
  const { pacer, config, sql } = resources
  const { language } = user.settings
  if (!config.telegram)
    throw new Error('The function sends archives, and does not list Telegram in its needs.')
  const api = createTelegram({ ...config.telegram, timeoutMs: UPLOAD_MS })
  const stages = createSender({ api, pacer, maxWaitMs: STAGE_WAIT_MS })
  const messages = createSender({ api, pacer, maxWaitMs: MESSAGE_WAIT_MS })
  let { messageId } = exportJob

  const send = async (message: OutgoingMessage, priority: SendPriority = 'normal'): Promise<number> => {
    const outcome = await messages.send(user.telegramId, message, { priority })
    if (outcome.ok) return outcome.messageId
    const refusal = refusalOf(outcome)
    if (refusal.reason === 'blocked') await setBlocked(sql, user.telegramId, true)
    throw refusal
  }
  const progressWords = (percent: number): string => text(language, 'export-progress', { percent })
  const progress = createProgress<number>(async (percent) => {
    if (messageId === null) return
    const message: OutgoingMessage = { kind: 'edit', messageId, text: progressWords(percent) }
    await stages.send(user.telegramId, message, { priority: 'low' })
  }, PAUSE_MS)

  return {
    begin: async (percent) => {
      if (messageId !== null) return
      messageId = await send({ kind: 'text', text: progressWords(percent) })
      await setExportMessage(sql, { id: exportJob.id, messageId })
    },
    showProgress: (percent) => progress.set(percent),
    sendPart: async (part, bytes) => {
      const day = new Date(resources.clock()).toISOString().slice(0, 10)
      await send({
        kind: 'document',
        filename: `kopeika-${day}-${part}.zip`,
        bytes: bytes.toString('base64'),
        caption: text(language, 'export-part', { part }),
      })
    },
    end: async (how) => {
      await progress.stop()
      const words =
        how.state === 'done'
          ? text(language, 'export-done', { parts: how.parts })
          : text(language, 'export-failed')
      const message: OutgoingMessage =
        messageId === null ? { kind: 'text', text: words } : { kind: 'edit', messageId, text: words }
      await send(message).catch((error: unknown) =>
        resources.log.info(
          { err: error, exportId: exportJob.id },
          'the chat was not told of the end of an export',
        ),
      )
    },
    stop: () => progress.stop(),
  }
}
