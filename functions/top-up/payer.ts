import type { Tx } from '#shared/db/client.ts'
import { registerUser, type User } from '#shared/db/users.ts'
import type { Resources } from '#shared/http/resources.ts'
import type { Payer } from './paid-message.ts'

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
    username: payer.username ?? null,
    firstName: payer.first_name ?? null,
    languageCode: payer.language_code ?? null,
    personHash: sign('bonus', String(payer.id)),
    bonus: { coins: tariff.welcomeBonus, description: 'Welcome bonus', priceVersion: tariff.version },
    actor,
  })
  return user
}
