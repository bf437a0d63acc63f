import { z } from 'zod'
import { findCurrentAvatar } from '#shared/db/avatars.ts'
import { findConsent } from '#shared/db/consents.ts'
import { findDeletion } from '#shared/db/deletions.ts'
import { patchSettings } from '#shared/db/states.ts'
import { getUser } from '#shared/db/users.ts'
import { getBalance } from '#shared/db/wallets.ts'
import { CoinBalance } from '#shared/domain/coins.ts'
import { Settings, SettingsPatch } from '#shared/domain/settings.ts'
import { presentAvatar } from '#shared/http/present-avatar.ts'
import { changeRoute, readRoute } from '#shared/http/route.ts'
import { AvatarView } from '#shared/http/schemas.ts'
import { Id, querySubject, subjectOf, TelegramId } from '#shared/http/subject.ts'
import { mayShowAvatar } from './avatar-visibility.ts'
import { ConsentView } from './consent.ts'
import { DeletionView } from './deletion.ts'

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
  deletion: DeletionView.nullable(),
  consent: ConsentView.nullable(),
})

/** GET /?userId */
export const readProfile = readRoute({
  method: 'GET',
  path: '/',
  summary: 'Profile, settings, balance and current avatar of a person',
  query: WhoseQuery,
  answers: { 200: Profile },
  run: async ({ query, sql, resources, caller }) => {
    const user = await getUser(sql, subjectOf(query))
    const [balance, avatar, deletion, consent] = await Promise.all([
      getBalance(sql, user.id),
      findCurrentAvatar(sql, user.id),
      findDeletion(sql, user.id),
      findConsent(sql, user.id),
    ])
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
        currentAvatar: avatar && mayShowAvatar(user, caller) ? await presentAvatar(resources, avatar) : null,
        deletion: deletion && { eraseAt: deletion.eraseAt.toISOString() },
        consent: consent && { version: consent.version, at: consent.at.toISOString() },
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
