import { z } from 'zod'
import type { Tx } from '#shared/db/client.ts'
import { registerUser, type User } from '#shared/db/users.ts'
import type { Resources } from '#shared/http/resources.ts'
import { TelegramId } from '#shared/http/subject.ts'

/** Names are not ours to judge: an odd one is cut or left out, and never keeps a payment from being taken. */
const name = (maxLength: number) =>
  z
    .string()
    .transform((text) => text.replaceAll('\0', '').trim().slice(0, maxLength).toWellFormed() || undefined)
    .optional()
    .catch(undefined)

/** Who paid, as Telegram says it (Bot API, User). */
export const Payer = z.looseObject({
  id: TelegramId,
  username: name(64),
  first_name: name(128),
  language_code: name(35),
})
export type Payer = {
  id: number
  username?: string | undefined
  first_name?: string | undefined
  language_code?: string | undefined
}

/** The payer's account: a stranger who pays a forwarded invoice gets one, with all that a newcomer gets (design 11). */
export const registerPayer = async (
  tx: Tx,
  resources: Resources,
  payer: Payer,
  actor: string,
): Promise<User> => {
  const { tariff, sign } = resources
  const { user } = await registerUser(tx, {
    telegramId: payer.id,
    username: payer.username,
    firstName: payer.first_name ?? null,
    languageCode: payer.language_code ?? null,
    personHash: sign('bonus', String(payer.id)),
    bonus: { coins: tariff.welcomeBonus, description: 'Welcome bonus', priceVersion: tariff.version },
    actor,
  })
  return user
}
