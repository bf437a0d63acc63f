import { z } from 'zod'
import { encodeCallback } from '#shared/domain/callback-data.ts'
import { displayName } from '#shared/domain/names.ts'
import { findPack, serviceTitle } from '#shared/domain/tariff.ts'
import { TRANSACTION_TYPES } from '#shared/domain/texts/catalogue.ts'
import { formatDate, formatDay } from '#shared/domain/texts/format-date.ts'
import { balanceScreen, packButton } from '#shared/domain/texts/screens.ts'
import type { Chat } from './chat.ts'
import { pagingRows, screenButton } from './keyboards.ts'

const HISTORY_PAGE = 8

const Profile = z.looseObject({
  user: z.looseObject({ telegramId: z.number(), createdAt: z.string() }),
  balance: z.looseObject({ coins: z.int(), held: z.int(), debt: z.int() }),
})
const History = z.looseObject({
  items: z.array(
    z.looseObject({
      amount: z.int(),
      type: z.enum(TRANSACTION_TYPES),
      description: z.string(),
      service: z.string().nullable(),
      balanceAfter: z.int(),
      createdAt: z.string(),
    }),
  ),
  nextCursor: z.string().nullable(),
})
const Invoice = z.looseObject({
  orderId: z.string(),
  invoice: z.looseObject({
    title: z.string(),
    description: z.string(),
    payload: z.string(),
    currency: z.string(),
    prices: z.tuple([z.looseObject({ label: z.string(), amount: z.int() })]),
  }),
})

const readProfile = (chat: Chat): Promise<z.infer<typeof Profile>> =>
  chat.call({ functionName: 'profile', method: 'GET', path: `/?userId=${chat.person.user.id}` }, Profile)

/** /balance */
export const showBalance = async (chat: Chat): Promise<void> => {
  const { balance } = await readProfile(chat)
  await chat.reply({
    kind: 'text',
    text: balanceScreen(chat.person.settings.language, balance),
    keyboard: [[screenButton(chat, 'topup'), screenButton(chat, 'history')]],
  })
}

/** Coins of the person, for other screens. */
export const readCoins = async (chat: Chat): Promise<number> => (await readProfile(chat)).balance.coins

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
    keyboard: [[screenButton(chat, 'avatar'), screenButton(chat, 'settings')]],
  })
}

/** /topup: a button for each pack that Stars can buy. */
export const showPacks = async (chat: Chat): Promise<void> => {
  const { language } = chat.person.settings
  const packs = chat.resources.tariff.packs.filter((pack) => pack.prices.XTR !== undefined)
  await chat.reply({
    kind: 'text',
    text: chat.say('topup-choose', { coins: await readCoins(chat) }),
    keyboard: packs.map((pack) => [
      { text: packButton(language, pack, 'stars'), data: encodeCallback({ kind: 'pack', id: pack.id }) },
    ]),
  })
}

/** A pack was chosen: its invoice, in Stars. @throws AppError pack_not_found for a pack that is no longer sold */
export const sendInvoice = async (chat: Chat, pack: string): Promise<void> => {
  findPack(chat.resources.tariff, pack)
  const { invoice } = await chat.call(
    {
      functionName: 'top-up',
      method: 'POST',
      path: '/invoices',
      body: { userId: chat.person.user.id, pack, provider: 'stars', link: false },
    },
    Invoice,
  )
  const { title, description, payload, currency, prices } = invoice
  await chat.reply({
    kind: 'invoice',
    title,
    description,
    payload,
    currency,
    label: prices[0].label,
    amount: prices[0].amount,
  })
}

/** /history: a page of it; `cursor` continues an earlier page in place of the message with the button. */
export const showHistory = async (
  chat: Chat,
  more?: { cursor: string | undefined; messageId: number },
): Promise<void> => {
  const { language, timeZone } = chat.person.settings
  const { user } = chat.person
  const cursor = more?.cursor === undefined ? '' : `&cursor=${more.cursor}`
  const page = await chat.call(
    {
      functionName: 'profile',
      method: 'GET',
      path: `/transactions?userId=${user.id}&limit=${HISTORY_PAGE}${cursor}`,
    },
    History,
  )
  if (page.items.length === 0) return chat.reply({ kind: 'text', text: chat.say('history-empty') })
  const lines = page.items.map((item) =>
    chat.say('history-line', {
      type: item.type,
      amount: item.amount,
      details:
        item.service === null
          ? item.description
          : serviceTitle(chat.resources.tariff, item.service, language),
      date: formatDate(new Date(item.createdAt), language, timeZone),
      balance: item.balanceAfter,
    }),
  )
  const title = chat.say('history-title', { coins: await readCoins(chat) })
  const content = {
    text: [title, ...lines].join('\n\n'),
    keyboard: pagingRows(chat, 'history', { cursor: more?.cursor, nextCursor: page.nextCursor }),
  }
  await chat.reply(
    more ? { kind: 'edit', messageId: more.messageId, ...content } : { kind: 'text', ...content },
  )
}
