import { z } from 'zod'
import { type CallbackData, encodeCallback } from '#shared/domain/callback-data.ts'
import { HISTORY_FILTERS, type HistoryFilter, type HistoryPlace } from '#shared/domain/callback-parts.ts'
import { serviceTitle } from '#shared/domain/tariff.ts'
import { TRANSACTION_TYPES } from '#shared/domain/texts/message-spec.ts'
import type { Keyboard } from '#shared/telegram/outgoing.ts'
import type { Chat } from './chat.ts'
import { backButton, pagingRows, screenButton } from './keyboards.ts'
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
const Work = z.looseObject({ id: z.string(), isKept: z.boolean() }).nullable()

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

/** What each way of looking at the history shows. */
const TYPES_OF: Readonly<Record<HistoryFilter, readonly (typeof TRANSACTION_TYPES)[number][]>> = {
  'top-ups': ['bonus', 'top_up', 'opening'],
  spending: ['charge'],
  other: ['refund', 'reversal', 'debt_payment', 'adjustment'],
}

const detailsOf = (chat: Chat, { service, description }: Entry): string =>
  service === null ? description : serviceTitle(chat.resources.tariff, service, chat.person.settings.language)

const numberButtons = (items: readonly Entry[], place: HistoryPlace): Keyboard[number] =>
  items.map(({ id }, index) => ({
    text: String(index + 1),
    data: encodeCallback({ ...place, kind: 'entry', id }),
  }))

/** All, and each of the filters; the one that is shown is marked. */
const filterRow = (chat: Chat, shown: HistoryFilter | undefined): Keyboard[number] =>
  [undefined, ...HISTORY_FILTERS].map((filter) => ({
    text: chat.say('history-filter', { filter: filter ?? 'all', state: filter === shown ? 'on' : 'off' }),
    data: encodeCallback({ kind: 'history', ...(filter === undefined ? {} : { filter }) }),
  }))

const readHistory = (chat: Chat, { cursor, filter }: HistoryPlace): Promise<z.infer<typeof History>> => {
  const query = new URLSearchParams({ userId: chat.person.user.id, limit: String(HISTORY_PAGE) })
  if (cursor !== undefined) query.set('cursor', cursor)
  if (filter !== undefined) query.set('type', TYPES_OF[filter].join(','))
  return chat.call({ functionName: 'profile', method: 'GET', path: `/transactions?${query}` }, History)
}

const lineOf = (chat: Chat, item: Entry, index: number): string =>
  chat.say('history-line', {
    number: index + 1,
    type: item.type,
    amount: item.amount,
    details: detailsOf(chat, item),
    date: dateOf(chat, item.createdAt),
    balance: item.balanceAfter,
    priceVersion: item.priceVersion,
  })

const emptyWords = (chat: Chat, filter: HistoryFilter | undefined): string =>
  filter === undefined ? chat.say('history-empty') : chat.say('history-none', { filter })

/** The parts of a history's place, without what else a button says. */
const placeOf = ({ cursor, filter }: HistoryPlace): HistoryPlace => ({
  ...(cursor === undefined ? {} : { cursor }),
  ...(filter === undefined ? {} : { filter }),
})

/** /history: a page of it, each line with a button that explains it; in the place of a message where there is one. */
export const showHistory = async (
  chat: Chat,
  where: HistoryPlace = {},
  messageId?: number,
): Promise<void> => {
  const place = placeOf(where)
  const page = await readHistory(chat, place)
  const title = chat.say('history-title', { coins: await readCoins(chat) })
  const lines = page.items.map((item, index) => lineOf(chat, item, index))
  const isEmpty = lines.length === 0
  const content = {
    text: [
      title,
      ...(isEmpty ? [emptyWords(chat, place.filter)] : [...lines, chat.say('history-hint')]),
    ].join('\n\n'),
    keyboard: [
      ...(isEmpty ? [] : [numberButtons(page.items, place)]),
      filterRow(chat, place.filter),
      ...pagingRows(chat, { kind: 'history', ...place }, page.nextCursor),
      [screenButton(chat, 'usage'), screenButton(chat, 'menu')],
    ],
  }
  await chat.reply(
    messageId === undefined ? { kind: 'text', ...content } : { kind: 'edit', messageId, ...content },
  )
}

const openTranscript = (chat: Chat, id: string): Keyboard[number][number] => ({
  text: chat.say('entry-open-transcript'),
  data: encodeCallback({ kind: 'transcript', id, isBelow: true }),
})

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
export const explainEntry = async (
  chat: Chat,
  { id, ...place }: Extract<CallbackData, { kind: 'entry' }>,
  messageId: number,
): Promise<void> => {
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
  const back = backButton(chat, { kind: 'history', ...placeOf(place) })
  await chat.reply({
    kind: 'edit',
    messageId,
    text: `${head}\n\n${why}`,
    keyboard: [
      ...(avatar?.isKept ? [[screenButton(chat, 'avatar')]] : []),
      ...(transcript?.isKept ? [[openTranscript(chat, transcript.id)]] : []),
      [back, screenButton(chat, 'menu')],
    ],
  })
}
