import { z } from 'zod'
import { createOrder } from '#shared/db/orders.ts'
import { getCustomer } from '#shared/db/users.ts'
import { packPrice } from '#shared/domain/packs.ts'
import { findPack } from '#shared/domain/tariff.ts'
import { text } from '#shared/domain/texts/texts.ts'
import { limitPerson } from '#shared/http/limit-person.ts'
import { changeRoute } from '#shared/http/route.ts'
import { CurrencyCode, ProviderId } from '#shared/http/schemas.ts'
import { bodySubject, Id, subjectOf } from '#shared/http/subject.ts'
import { providerOf } from '#shared/money/providers.ts'
import { payloadOf } from '#shared/money/signed-payload.ts'
import { linkOf } from './links.ts'

const InvoiceRequest = z.strictObject({
  ...bodySubject,
  pack: z.string().min(1).max(64),
  provider: ProviderId,
  /** False where the invoice is sent into a chat: no link is made then, which saves a call to the provider. */
  link: z.boolean().default(true),
})

const InvoiceView = z.strictObject({
  title: z.string(),
  description: z.string(),
  payload: z.string(),
  currency: CurrencyCode,
  prices: z.tuple([z.strictObject({ label: z.string(), amount: z.int().positive() })]),
})

const OrderView = z.strictObject({
  orderId: Id,
  provider: ProviderId,
  url: z.url().optional(),
  /** What a chat sends; not for providers that are paid on a page of their own. */
  invoice: InvoiceView.optional(),
})

/** As it is kept under the key: the invoice is needed for the link, also where it is not shown. */
const StoredOrder = OrderView.extend({ invoice: InvoiceView })
export type StoredOrder = z.infer<typeof StoredOrder>

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
    const price = packPrice(pack, provider.id, provider.currency)
    const user = await getCustomer(tx, subjectOf(body))
    const { language } = user.settings
    // after the key was claimed: the same call many times at once counts as one
    await limitPerson(resources, 'invoices', user.id)
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
    const { invoice, ...order } = StoredOrder.parse(stored)
    // a page of the provider's own is the only way to pay there
    const hasPage = order.provider === 'yookassa'
    const url = body.link || hasPage ? await linkOf({ resources, sql }, { ...order, invoice }) : undefined
    return { ...order, ...(hasPage ? {} : { invoice }), ...(url === undefined ? {} : { url }) }
  },
})
