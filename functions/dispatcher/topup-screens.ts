import { z } from 'zod'
import { encodeCallback } from '#shared/domain/callback-data.ts'
import type { Provider } from '#shared/domain/packs.ts'
import { findPack } from '#shared/domain/tariff.ts'
import { packButton } from '#shared/domain/texts/screens.ts'
import { AppError, upstreamFailed } from '#shared/errors.ts'
import type { Keyboard } from '#shared/telegram/outgoing.ts'
import type { Chat } from './chat.ts'
import { screenBelow, screenButton } from './keyboards.ts'
import { priceOf } from './money-words.ts'
import { readCoins } from './wallet-screens.ts'

type Way = Provider

const Packs = z.looseObject({
  items: z.array(
    z.looseObject({
      id: z.string(),
      coins: z.int(),
      title: z.object({ ru: z.string(), en: z.string() }),
      prices: z.record(z.string(), z.int()),
    }),
  ),
  providers: z
    .array(z.looseObject({ id: z.enum(['stars', 'telegram', 'yookassa']), currency: z.string() }))
    .default([{ id: 'stars', currency: 'XTR' }]),
})
type Packs = z.infer<typeof Packs>

const Invoice = z.looseObject({
  orderId: z.string(),
  url: z.string().optional(),
  invoice: z
    .looseObject({
      title: z.string(),
      description: z.string(),
      payload: z.string(),
      currency: z.string(),
      prices: z.tuple([z.looseObject({ label: z.string(), amount: z.int() })]),
    })
    .optional(),
})
type Invoice = z.infer<typeof Invoice>

const Order = z.looseObject({
  state: z.enum(['open', 'paid', 'canceled', 'expired']),
  coins: z.int().nullish(),
})

const readPacks = (chat: Chat): Promise<Packs> =>
  chat.call({ functionName: 'top-up', method: 'GET', path: '/packs' }, Packs)

/** A button for each pack that is sold this way. */
const packRows = (chat: Chat, { items, providers }: Packs, way: Way): Keyboard => {
  const currency = providers.find(({ id }) => id === way)?.currency
  return items.flatMap(({ id, prices, ...pack }) => {
    const amount = currency === undefined ? undefined : prices[currency]
    if (currency === undefined || amount === undefined) return []
    const data =
      way === 'stars' ? { kind: 'pack' as const, id } : { kind: 'pack' as const, id, provider: way }
    const words = packButton(chat.person.settings.language, pack, { currency, amount })
    return [[{ text: words, data: encodeCallback(data) }]]
  })
}

/** The other ways to pay, each leading to the same packs. */
const wayButtons = (chat: Chat, packs: Packs, shown: Way): Keyboard =>
  packs.providers
    .filter(({ id }) => id !== shown && packRows(chat, packs, id).length > 0)
    .map(({ id }) => [
      { text: chat.say('button-way', { way: id }), data: encodeCallback({ kind: 'packs', provider: id }) },
    ])

const homeRow = (chat: Chat): Keyboard[number] => [screenButton(chat, 'balance'), screenButton(chat, 'menu')]

/** /topup: Stars at one tap, and the other ways below. */
export const showPacks = async (chat: Chat): Promise<void> => {
  const [packs, coins] = [await readPacks(chat), await readCoins(chat)]
  await chat.reply({
    kind: 'text',
    text: chat.say('topup-choose', { coins }),
    keyboard: [...packRows(chat, packs, 'stars'), ...wayButtons(chat, packs, 'stars'), homeRow(chat)],
  })
}

/** The packs with another way to pay, in place of those before. */
export const showPacksOf = async (chat: Chat, way: Way, messageId: number): Promise<void> => {
  const [packs, coins] = [await readPacks(chat), await readCoins(chat)]
  const rows = packRows(chat, packs, way)
  await chat.reply({
    kind: 'edit',
    messageId,
    text: rows.length === 0 ? chat.say('topup-way-closed') : chat.say('topup-way', { way, coins }),
    keyboard: [...rows, ...wayButtons(chat, packs, way), homeRow(chat)],
  })
}

const sendStarsInvoice = async (chat: Chat, { invoice }: Invoice): Promise<void> => {
  if (!invoice) throw upstreamFailed('An invoice in Stars came without its fields.')
  const { title, description, payload, currency, prices } = invoice
  const { label, amount } = prices[0]
  await chat.reply({ kind: 'invoice', title, description, payload, currency, label, amount })
}

/**
 * A card payment opens by its link: Telegram shows its own invoice over the chat, YooKassa its page. So this function needs no token of
 * a payment provider, and the message can wait in the queue like any other.
 */
const sendPayLink = async (
  chat: Chat,
  { orderId, url }: Invoice,
  way: Exclude<Way, 'stars'>,
  pack: { title: string; coins: number; amount: string },
): Promise<void> => {
  if (url === undefined) throw upstreamFailed('An order came without a link to pay.')
  const check = { text: chat.say('button-check'), data: encodeCallback({ kind: 'check', id: orderId }) }
  await chat.reply({
    kind: 'text',
    text: chat.say('topup-pay', { way, ...pack }),
    keyboard: [
      [{ text: chat.say('button-pay', { amount: pack.amount }), url }],
      ...(way === 'yookassa' ? [[check]] : []),
      [screenBelow(chat, 'topup'), screenBelow(chat, 'menu')],
    ],
  })
}

const offer = async (chat: Chat, packId: string, way: Way): Promise<void> => {
  const invoice = await chat.call(
    {
      functionName: 'top-up',
      method: 'POST',
      path: '/invoices',
      body: { userId: chat.person.user.id, pack: packId, provider: way, link: way !== 'stars' },
    },
    Invoice,
  )
  if (way === 'stars') return sendStarsInvoice(chat, invoice)
  const { items, providers } = await readPacks(chat)
  const pack = items.find(({ id }) => id === packId)
  const currency = providers.find(({ id }) => id === way)?.currency ?? ''
  if (!pack) throw new AppError('pack_not_found')
  const amount = priceOf(chat, { currency, amount: pack.prices[currency] ?? 0 })
  await sendPayLink(chat, invoice, way, {
    title: pack.title[chat.person.settings.language],
    coins: pack.coins,
    amount,
  })
}

/** A pack was chosen: its invoice in Stars, or a link to pay by card. @throws AppError pack_not_found for a pack that is no longer sold */
export const sellPack = async (chat: Chat, packId: string, way: Way): Promise<void> => {
  findPack(chat.resources.tariff, packId)
  try {
    await offer(chat, packId, way)
  } catch (error) {
    // a button of the time when this way to pay was open, or this pack had a price in its currency
    const isClosed = error instanceof AppError && error.code === 'invalid_input'
    const isProviderAway = error instanceof AppError && error.code === 'upstream_failed'
    if (!isClosed && !isProviderAway) throw error
    chat.resources.log.warn({ err: error, way }, 'a pack could not be offered')
    await chat.reply({ kind: 'text', text: chat.say(isClosed ? 'topup-way-closed' : 'busy-try-later') })
  }
}

const readOrder = async (chat: Chat, orderId: string): Promise<z.infer<typeof Order>> => {
  try {
    return await chat.call(
      {
        functionName: 'top-up',
        method: 'POST',
        path: `/orders/${orderId}/check`,
        body: { userId: chat.person.user.id },
      },
      Order,
    )
  } catch (error) {
    // the provider cannot be asked: what there is to say is the same as when it has not seen the money yet
    if (error instanceof AppError && error.code === 'upstream_failed') return { state: 'open' }
    // another person's: to this one there is no such order
    if (error instanceof AppError && error.code === 'forbidden') throw new AppError('order_not_found')
    throw error
  }
}

/** "I have paid": credited, not yet, or canceled. What is settled takes the place of the message, so that nobody pays by it again. */
export const checkOrder = async (chat: Chat, orderId: string, messageId: number): Promise<void> => {
  const { state, coins } = await readOrder(chat, orderId)
  // paid, but by nothing that fits: it waits for an operator, who is told already
  const isInSuspense = state === 'paid' && (coins ?? 0) === 0
  const words = chat.say('order-state', { state: isInSuspense ? 'suspense' : state, coins: coins ?? 0 })
  if (state === 'open') {
    const data = encodeCallback({ kind: 'check', id: orderId })
    return chat.reply({
      kind: 'text',
      text: words,
      keyboard: [[{ text: chat.say('button-check'), data }], [screenBelow(chat, 'menu')]],
    })
  }
  await chat.reply({
    kind: 'edit',
    messageId,
    text: words,
    keyboard: [[screenBelow(chat, state === 'paid' ? 'history' : 'topup'), screenBelow(chat, 'menu')]],
  })
}
