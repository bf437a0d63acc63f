import { isDeletionDue, listDueDeletions, takeReminders } from '#shared/db/deletions.ts'
import { type Erased, erasePerson } from '#shared/db/erasure.ts'
import { lockPerson } from '#shared/db/person-lock.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { findUser, type User } from '#shared/db/users.ts'
import { encodeCallback } from '#shared/domain/callback-data.ts'
import { formatDate } from '#shared/domain/texts/format-date.ts'
import { text } from '#shared/domain/texts/texts.ts'
import { AppError } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'
import type { OutgoingMessage } from '#shared/telegram/outgoing.ts'
import { createSender } from '#shared/telegram/sender.ts'
import { finishErasure } from './finish-erasure.ts'

const PER_RUN = 20
const MAX_WAIT_MS = 3_000
const ACTOR = 'profile'

/** A word that is not worth a second try: what it is about happens all the same. */
const tell = async (
  resources: Resources,
  { telegramId, blockedAt }: Pick<User, 'telegramId' | 'blockedAt'>,
  message: OutgoingMessage,
): Promise<void> => {
  if (blockedAt !== null) return
  const sender = createSender({ api: resources.telegram, pacer: resources.pacer, maxWaitMs: MAX_WAIT_MS })
  await sender.send(telegramId, message)
}

const remind = async (resources: Resources): Promise<void> => {
  for (const { userId, eraseAt } of await takeReminders(resources.sql, PER_RUN)) {
    const user = await findUser(resources.sql, { userId })
    if (!user) continue
    const { language, timeZone } = user.settings
    await tell(resources, user, {
      kind: 'text',
      text: text(language, 'deletion-reminder', { date: formatDate(eraseAt, language, timeZone) }),
      keyboard: [
        [
          {
            text: text(language, 'button-deletion-undo'),
            data: encodeCallback({ kind: 'privacy', step: 'undo' }),
          },
        ],
      ],
    })
  }
}

/** Under the lock of the person: whoever undid it a moment ago stays. */
const eraseIfDue = (resources: Resources, userId: string): Promise<Erased | undefined> =>
  inTransaction(resources.sql, async (tx) => {
    await lockPerson(tx, userId)
    return (await isDeletionDue(tx, userId)) ? erasePerson(tx, { userId, actor: ACTOR }) : undefined
  })

const eraseOne = async (resources: Resources, userId: string): Promise<boolean> => {
  const user = await findUser(resources.sql, { userId })
  if (!user) return false
  const erased = await eraseIfDue(resources, userId)
  if (!erased) return false
  const words = text(user.settings.language, 'deletion-done', { coins: erased.coinsLost })
  await tell(resources, user, { kind: 'text', text: words })
  await finishErasure(resources, erased)
  return true
}

/** Erases whoever's grace period is over, and reminds those whose last day begins; gives how many were erased. */
export const runDeletions = async (resources: Resources, signal: AbortSignal): Promise<number> => {
  let erased = 0
  for (const userId of await listDueDeletions(resources.sql, PER_RUN)) {
    if (signal.aborted) break
    try {
      if (await eraseOne(resources, userId)) erased += 1
    } catch (error) {
      // erased by somebody else meanwhile
      if (error instanceof AppError && error.code === 'user_not_found') continue
      resources.log.error({ err: error, userId }, 'a person whose time was over is erased later')
    }
  }
  await remind(resources)
  return erased
}
