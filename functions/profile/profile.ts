import { z } from 'zod'
import { findCurrentAvatar } from '#shared/db/avatars.ts'
import { patchSettings } from '#shared/db/states.ts'
import { getUser } from '#shared/db/users.ts'
import { getBalance } from '#shared/db/wallets.ts'
import { CoinBalance } from '#shared/domain/coins.ts'
import { Settings, SettingsPatch } from '#shared/domain/settings.ts'
import { presentAvatar } from '#shared/http/present-avatar.ts'
import { changeRoute, readRoute } from '#shared/http/route.ts'
import { AvatarView } from '#shared/http/schemas.ts'
import { Id, querySubject, subjectOf, TelegramId } from '#shared/http/subject.ts'

const WhoseQuery = z.strictObject(querySubject)

const Profile = z.strictObject({
  user: z.strictObject({
    id: Id,
    telegramId: TelegramId,
    username: z.string().nullable(),
    firstName: z.string().nullable(),
    createdAt: z.iso.datetime(),
  }),
  settings: Settings,
  balance: z.strictObject({ coins: CoinBalance, held: CoinBalance, debt: CoinBalance }),
  currentAvatar: AvatarView.nullable(),
})

/** GET /?userId */
export const readProfile = readRoute({
  method: 'GET',
  path: '/',
  summary: 'Profile, settings, balance and current avatar of a person',
  query: WhoseQuery,
  answers: { 200: Profile },
  run: async ({ query, sql, resources }) => {
    const user = await getUser(sql, subjectOf(query))
    const [balance, avatar] = await Promise.all([getBalance(sql, user.id), findCurrentAvatar(sql, user.id)])
    return {
      status: 200,
      body: {
        user: {
          id: user.id,
          telegramId: user.telegramId,
          username: user.username,
          firstName: user.firstName,
          createdAt: user.createdAt.toISOString(),
        },
        settings: user.settings,
        balance,
        currentAvatar: avatar ? await presentAvatar(resources, avatar) : null,
      },
    }
  },
})

/** PATCH /?userId: only what is named changes. */
export const changeSettings = changeRoute({
  method: 'PATCH',
  path: '/',
  summary: 'Changes settings of a person',
  query: WhoseQuery,
  body: z.strictObject({ settings: SettingsPatch }),
  answers: { 200: z.strictObject({ settings: Settings }) },
  run: async ({ query, body, tx }) => {
    const user = await getUser(tx, subjectOf(query))
    return { status: 200, body: { settings: await patchSettings(tx, user, body.settings) } }
  },
})
