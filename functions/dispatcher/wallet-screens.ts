import { z } from 'zod'
import { encodeCallback } from '#shared/domain/callback-data.ts'
import { displayName } from '#shared/domain/names.ts'
import { serviceTitle } from '#shared/domain/tariff.ts'
import { formatDay } from '#shared/domain/texts/format-date.ts'
import { balanceScreen } from '#shared/domain/texts/screens.ts'
import type { Chat } from './chat.ts'
import { backButton, screenButton } from './keyboards.ts'
import { dateOf } from './money-words.ts'

const Profile = z.looseObject({
  user: z.looseObject({ telegramId: z.number(), createdAt: z.string() }),
  balance: z.looseObject({ coins: z.int(), held: z.int(), debt: z.int() }),
})
const Holds = z.looseObject({
  items: z.array(
    z.looseObject({
      coins: z.int(),
      description: z.string(),
      service: z.string().nullable(),
      expiresAt: z.string(),
    }),
  ),
})

/** Telegram takes 4096 characters; nobody has so many tasks at work by hand. */
const MAX_HOLDS_SHOWN = 20

const readProfile = (chat: Chat): Promise<z.infer<typeof Profile>> =>
  chat.call({ functionName: 'profile', method: 'GET', path: `/?userId=${chat.person.user.id}` }, Profile)

/** /balance: what is there, what is reserved, what is owed. */
export const showBalance = async (chat: Chat): Promise<void> => {
  const { balance } = await readProfile(chat)
  const reserved = {
    text: chat.say('button-reserved', { coins: balance.held }),
    data: encodeCallback({ kind: 'holds' }),
  }
  await chat.reply({
    kind: 'text',
    text: balanceScreen(chat.person.settings.language, balance),
    keyboard: [
      ...(balance.held > 0 ? [[reserved]] : []),
      [screenButton(chat, 'topup'), screenButton(chat, 'history')],
      [screenButton(chat, 'usage'), screenButton(chat, 'menu')],
    ],
  })
}

/** Coins of the person, for other screens. */
export const readCoins = async (chat: Chat): Promise<number> => (await readProfile(chat)).balance.coins

/** What is reserved, for which work and until when, in place of the balance. */
export const showHolds = async (chat: Chat, messageId: number): Promise<void> => {
  const { language } = chat.person.settings
  const path = `/holds?userId=${chat.person.user.id}`
  const { items } = await chat.call({ functionName: 'charge', method: 'GET', path }, Holds)
  const lines = items.slice(0, MAX_HOLDS_SHOWN).map(({ coins, description, service, expiresAt }) =>
    chat.say('holds-line', {
      coins,
      details: service === null ? description : serviceTitle(chat.resources.tariff, service, language),
      date: dateOf(chat, expiresAt),
    }),
  )
  const total = items.reduce((sum, { coins }) => sum + coins, 0)
  await chat.reply({
    kind: 'edit',
    messageId,
    text:
      lines.length === 0
        ? chat.say('holds-empty')
        : [chat.say('holds-title', { coins: total }), ...lines].join('\n\n'),
    keyboard: [[backButton(chat, { kind: 'menu', screen: 'balance' }), screenButton(chat, 'menu')]],
  })
}

/** /profile */
export const showProfile = async (chat: Chat): Promise<void> => {
  const { user, balance } = await readProfile(chat)
  const { language, timeZone } = chat.person.settings
  await chat.reply({
    kind: 'text',
    text: chat.say('profile', {
      name: displayName(chat.person.user, language),
      telegramId: String(user.telegramId),
      date: formatDay(new Date(user.createdAt), language, timeZone),
      coins: balance.coins,
    }),
    keyboard: [
      [screenButton(chat, 'avatar'), screenButton(chat, 'settings')],
      [screenButton(chat, 'balance'), screenButton(chat, 'menu')],
    ],
  })
}
