import { z } from 'zod'
import { encodeCallback } from '#shared/domain/callback-data.ts'
import { serviceTitle } from '#shared/domain/tariff.ts'
import { TRANSACTION_TYPES } from '#shared/domain/texts/message-spec.ts'
import type { Keyboard } from '#shared/telegram/outgoing.ts'
import type { Chat } from './chat.ts'
import { pagingRows, screenButton } from './keyboards.ts'
import { dateOf, priceOf } from './money-words.ts'
import { readCoins } from './wallet-screens.ts'

/** As many as fit in one row of buttons. */
const HISTORY_PAGE = 8

const Entry = z.looseObject({
  id: z.string(),
  amount: z.int(),
  type: z.enum(TRANSACTION_TYPES),
  description: z.string(),
  service: z.string().nullable(),
  priceVersion: z.string().nullable(),
  balanceAfter: z.int(),
  createdAt: z.string(),
})
type Entry = z.infer<typeof Entry>

const History = z.looseObject({ items: z.array(Entry), nextCursor: z.string().nullable() })

const Money = { amount: z.int(), currency: z.string(), coins: z.int() }
const Work = z.looseObject({ isKept: z.boolean() }).nullable()

const Explained = Entry.extend({
  explanation: z.looseObject({
    balanceBefore: z.int(),
    units: z.int().nullable(),
    unitPrice: z.int().nullable(),
    payment: z
      .looseObject({ id: z.string(), provider: z.enum(['stars', 'telegram', 'yookassa']), ...Money })
      .nullable(),
    refund: z
      .looseObject({
        origin: z.enum(['operator', 'self_service', 'outside']),
        debtAdded: z.int(),
        ...Money,
      })
      .nullable(),
    hold: z.looseObject({ coins: z.int(), createdAt: z.string() }).nullable(),
    avatar: Work,
    transcript: Work,
  }),
})
type Explained = z.infer<typeof Explained>

/** A page of the history: its cursor (none for the newest), and the message that it takes the place of. */
type Place = { cursor: string | undefined; messageId: number }

const detailsOf = (chat: Chat, { service, description }: Entry): string =>
  service === null ? description : serviceTitle(chat.resources.tariff, service, chat.person.settings.language)

const numberButtons = (items: readonly Entry[], cursor: string | undefined): Keyboard[number] =>
  items.map(({ id }, index) => ({
    text: String(index + 1),
    data: encodeCallback({ kind: 'entry', id, ...(cursor === undefined ? {} : { cursor }) }),
  }))

/** /history: a page of it, each line with a button that explains it; `place` continues in place of the message with the button. */
export const showHistory = async (chat: Chat, place?: Place): Promise<void> => {
  const cursor = place?.cursor
  const query = `userId=${chat.person.user.id}&limit=${HISTORY_PAGE}`
  const page = await chat.call(
    {
      functionName: 'profile',
      method: 'GET',
      path: `/transactions?${query}${cursor === undefined ? '' : `&cursor=${cursor}`}`,
    },
    History,
  )
  if (page.items.length === 0) return chat.reply({ kind: 'text', text: chat.say('history-empty') })
  const lines = page.items.map((item, index) =>
    chat.say('history-line', {
      number: index + 1,
      type: item.type,
      amount: item.amount,
      details: detailsOf(chat, item),
      date: dateOf(chat, item.createdAt),
      balance: item.balanceAfter,
    }),
  )
  const title = chat.say('history-title', { coins: await readCoins(chat) })
  const content = {
    text: [title, ...lines, chat.say('history-hint')].join('\n\n'),
    keyboard: [
      numberButtons(page.items, cursor),
      ...pagingRows(chat, 'history', { cursor, nextCursor: page.nextCursor }),
    ],
  }
  await chat.reply(
    place ? { kind: 'edit', messageId: place.messageId, ...content } : { kind: 'text', ...content },
  )
}

/** The facts behind an entry, as far as the books know them: units, price version, payment, refund, hold, what was made. */
const factsOf = (chat: Chat, { priceVersion, explanation }: Explained): string[] => {
  const { units, unitPrice, payment, refund, hold, avatar, transcript } = explanation
  const isKept = (work: { isKept: boolean }) => (work.isKept ? 'kept' : 'gone')
  return [
    ...(avatar ? [chat.say('entry-work', { work: 'avatar', isKept: isKept(avatar) })] : []),
    ...(transcript ? [chat.say('entry-work', { work: 'transcript', isKept: isKept(transcript) })] : []),
    ...(units !== null && unitPrice !== null ? [chat.say('entry-units', { units, price: unitPrice })] : []),
    ...(hold ? [chat.say('entry-hold', { coins: hold.coins, date: dateOf(chat, hold.createdAt) })] : []),
    ...(refund
      ? [
          chat.say('entry-refund', {
            origin: refund.origin,
            amount: priceOf(chat, refund),
            coins: refund.coins,
            debt: refund.debtAdded,
          }),
        ]
      : []),
    ...(payment
      ? [
          chat.say('entry-payment', {
            provider: payment.provider,
            amount: priceOf(chat, payment),
            coins: payment.coins,
            paymentId: payment.id,
          }),
        ]
      : []),
    ...(priceVersion === null ? [] : [chat.say('entry-price-version', { priceVersion })]),
  ]
}

/** "Why did my balance change": one entry with everything behind it, in place of its page. @throws AppError not_found */
export const explainEntry = async (chat: Chat, id: string, { cursor, messageId }: Place): Promise<void> => {
  const path = `/transactions/${id}?userId=${chat.person.user.id}`
  const entry = await chat.call({ functionName: 'profile', method: 'GET', path }, Explained)
  const head = chat.say('entry', {
    type: entry.type,
    amount: entry.amount,
    details: detailsOf(chat, entry),
    date: dateOf(chat, entry.createdAt),
    before: entry.explanation.balanceBefore,
    after: entry.balanceAfter,
  })
  const why = [chat.say('entry-why', { type: entry.type }), ...factsOf(chat, entry)].join('\n')
  const { avatar, transcript } = entry.explanation
  const back = {
    text: chat.say('button-back'),
    data: encodeCallback({ kind: 'history', ...(cursor === undefined ? {} : { cursor }) }),
  }
  await chat.reply({
    kind: 'edit',
    messageId,
    text: `${head}\n\n${why}`,
    keyboard: [
      [
        back,
        ...(avatar?.isKept ? [screenButton(chat, 'avatar')] : []),
        ...(transcript?.isKept ? [screenButton(chat, 'transcripts')] : []),
      ],
    ],
  })
}
