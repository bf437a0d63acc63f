import { z } from 'zod'
import { findUser, setBlocked, type User } from '#shared/db/users.ts'
import type { Settings } from '#shared/domain/settings.ts'
import type { Resources } from '#shared/http/resources.ts'
import { cleanName, registrationOf, type Sender } from '#shared/telegram/registration.ts'

export type Person = { user: User; settings: Settings; isNew: boolean }

const Registered = z.looseObject({ created: z.boolean() })

const isUpToDate = (user: User, sender: Sender): boolean =>
  user.username === (sender.username ?? null) &&
  (sender.first_name === undefined || user.firstName === cleanName(sender.first_name))

/** The account of a sender, made or brought up to date through `register` where need be. */
export const meetPerson = async (
  resources: Resources,
  sender: Sender,
  { updateId, requestId, signal }: { updateId: number; requestId: string; signal: AbortSignal },
): Promise<Person> => {
  const known = await findUser(resources.sql, { telegramId: sender.id })
  if (known && isUpToDate(known, sender)) {
    // who writes to the bot has not blocked it (any more)
    if (known.blockedAt !== null) await setBlocked(resources.sql, sender.id, false)
    return { user: known, settings: known.settings, isNew: false }
  }
  const { created } = await resources.call(
    {
      functionName: 'register',
      method: 'POST',
      body: registrationOf(sender),
      idempotencyKey: `update:${updateId}:register`,
      requestId,
      signal,
    },
    Registered,
  )
  const user = await findUser(resources.sql, { telegramId: sender.id })
  if (!user) throw new Error('A registered person is not there.')
  return { user, settings: user.settings, isNew: created }
}
