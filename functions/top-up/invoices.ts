import { z } from 'zod'
import { createOrder } from '#shared/db/orders.ts'
import { getUser } from '#shared/db/users.ts'
import { packPrice } from '#shared/domain/packs.ts'
import { findPack } from '#shared/domain/tariff.ts'
import { text } from '#shared/domain/texts/texts.ts'
import { changeRoute } from '#shared/http/route.ts'
import { bodySubject, Id, subjectOf } from '#shared/http/subject.ts'
import { limitInvoices } from './limit-invoices.ts'
import { linkOf } from './links.ts'
import { providerOf } from './providers.ts'
import { payloadOf } from './signed-payload.ts'

const InvoiceRequest = z.strictObject({
  ...bodySubject,
  pack: z.string().min(1).max(64),
  provider: z.enum(['stars', 'telegram', 'yookassa']),
  /** False where the invoice is sent into a chat: no link is made then, which saves a call to the provider. */
  link: z.boolean().default(true),
})

const OrderView = z.strictObject({
  orderId: Id,
  provider: InvoiceRequest.shape.provider,
  url: z.url().optional(),
  invoice: z.strictObject({
    title: z.string(),
    description: z.string(),
    payload: z.string(),
    currency: z.enum(['XTR', 'RUB']),
    prices: z.tuple([z.strictObject({ label: z.string(), amount: z.int().positive() })]),
  }),
})
export type OrderView = z.infer<typeof OrderView>

/**
 * POST /invoices. The order is committed first and the link made afterwards, outside the transaction: nobody can pay what we do not
 * know, and an order without a link is harmless. Where the link fails, the same call again finds the order and tries once more.
 */
export const createInvoice = changeRoute({
  method: 'POST',
  path: '/invoices',
  summary: 'Offers a pack to a person: an order, what a chat needs to show it, and a link to pay',
  body: InvoiceRequest,
  answers: { 201: OrderView },
  run: async ({ body, tx, resources }) => {
    const { tariff } = resources
    const provider = providerOf(resources, body.provider)
    const pack = findPack(tariff, body.pack)
    const price = packPrice(pack, provider.id)
    const user = await getUser(tx, subjectOf(body))
    const { language } = user.settings
    // after the key was claimed: the same call many times at once counts as one
    await limitInvoices(resources, user.id)
    const order = await createOrder(tx, {
      userId: user.id,
      provider: provider.id,
      pack: pack.id,
      coins: pack.coins,
      price,
      priceVersion: tariff.version,
      expiresInSeconds: tariff.invoices.expiresInSeconds,
    })
    const title = text(language, 'invoice-title', { coins: pack.coins })
    const invoice = {
      title,
      description: text(language, 'invoice-description', { title: pack.title[language], coins: pack.coins }),
      payload: payloadOf(resources, order),
      currency: price.currency,
      prices: [{ label: title, amount: price.amount }],
    }
    return { status: 201, body: { orderId: order.id, provider: provider.id, invoice } }
  },
  present: async (stored, { body, sql, resources }) => {
    const offered = OrderView.parse(stored)
    const url = body.link ? await linkOf({ resources, sql }, offered) : undefined
    return url === undefined ? offered : { ...offered, url }
  },
})
