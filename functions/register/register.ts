import { z } from 'zod'
import { registerUser } from '#shared/db/users.ts'
import { getBalance } from '#shared/db/wallets.ts'
import { changeRoute } from '#shared/http/route.ts'
import { BalanceView } from '#shared/http/schemas.ts'
import { Id, TelegramId } from '#shared/http/subject.ts'

const Registration = z.strictObject({
  telegramId: TelegramId,
  username: z
    .string()
    .regex(/^\w{1,64}$/, 'must be 1..64 of A-Z a-z 0-9 _')
    // null: the person has none any more; left out: what is known stays
    .nullable()
    .optional(),
  firstName: z.string().trim().min(1).max(128).optional(),
  languageCode: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,35}$/, 'must be an IETF language tag')
    .optional(),
})

const Registered = z.strictObject({
  user: z.strictObject({
    id: Id,
    telegramId: TelegramId,
    username: z.string().nullable(),
    createdAt: z.iso.datetime(),
  }),
  balance: BalanceView,
  created: z.boolean(),
})

/** POST /: the account is there afterwards; 201 when it is new, 200 when it was known. */
export const register = changeRoute({
  method: 'POST',
  path: '/',
  summary:
    'Makes the account of a Telegram user, with a wallet and the welcome bonus, or brings a known one up to date',
  body: Registration,
  answers: { 200: Registered, 201: Registered },
  run: async ({ body, tx, caller, resources }) => {
    const { tariff, sign } = resources
    const { user, created } = await registerUser(tx, {
      telegramId: body.telegramId,
      username: body.username,
      firstName: body.firstName ?? null,
      languageCode: body.languageCode ?? null,
      personHash: sign('bonus', String(body.telegramId)),
      bonus: { coins: tariff.welcomeBonus, description: 'Welcome bonus', priceVersion: tariff.version },
      actor: caller.id,
    })
    const { coins, held } = await getBalance(tx, user.id)
    return {
      status: created ? 201 : 200,
      body: {
        user: {
          id: user.id,
          telegramId: user.telegramId,
          username: user.username,
          createdAt: user.createdAt.toISOString(),
        },
        balance: { coins, held },
        created,
      },
    }
  },
})
