import { z } from 'zod'
import { serviceTitle, type Tariff } from '#shared/domain/tariff.ts'
import { TRANSACTION_TYPES } from '#shared/domain/texts/message-spec.ts'
import { text } from '#shared/domain/texts/texts.ts'
import { personRoute, type Visitor } from '#shared/http/route.ts'
import { ProviderId, pageQuery } from '#shared/http/schemas.ts'
import { Id } from '#shared/http/subject.ts'
import { ask } from './ask.ts'
import { ExplainedTransaction, Order, Packs, type Transaction, Transactions } from './shapes.ts'

/** GET /api/packs */
export const showPacks = personRoute({
  method: 'GET',
  path: '/api/packs',
  summary: 'Packs of coins on sale, and the ways to pay',
  answers: { 200: Packs },
  run: async (context) => ({
    status: 200,
    body: await ask(
      context,
      { functionName: 'top-up', method: 'GET', path: '/packs', person: 'nowhere' },
      Packs,
    ),
  }),
})

/** POST /api/invoices {pack, provider} */
export const makeInvoice = personRoute({
  method: 'POST',
  path: '/api/invoices',
  summary: 'Offers a pack to the person of the session: an order, and a link to pay',
  body: z.strictObject({ pack: z.string().min(1).max(64), provider: ProviderId }),
  answers: { 201: Order },
  run: async (context) => ({
    status: 201,
    body: await ask(
      context,
      { functionName: 'top-up', method: 'POST', path: '/invoices', body: context.body, person: 'body' },
      Order,
    ),
  }),
})

/** What the ledger says, in the words of the person's present language. */
const inWords = <Row extends Transaction>(row: Row, tariff: Tariff, { language }: Visitor): Row => {
  const details = row.service === null ? row.description : serviceTitle(tariff, row.service, language)
  // which operator acted (`operator:<Telegram id>`) is ours to know, as in an export
  const actor = row.actor.startsWith('operator:') ? 'operator' : row.actor
  return { ...row, actor, description: text(language, 'entry-words', { type: row.type, details }) }
}

/** GET /api/transactions?limit&cursor&type, newest first. */
export const showTransactions = personRoute({
  method: 'GET',
  path: '/api/transactions',
  summary: 'History of the person of the session, newest first, in words',
  query: z.strictObject({ ...pageQuery, type: z.enum(TRANSACTION_TYPES).optional() }),
  answers: { 200: Transactions },
  run: async (context) => {
    const { query, resources, visitor } = context
    const question = { functionName: 'profile', method: 'GET', path: '/transactions', query } as const
    const page = await ask(context, question, Transactions)
    return {
      status: 200,
      body: { ...page, items: page.items.map((row) => inWords(row, resources.tariff, visitor)) },
    }
  },
})

/** GET /api/transactions/<id> */
export const showTransaction = personRoute({
  method: 'GET',
  path: '/api/transactions/:id',
  summary: 'Why the balance changed',
  params: z.strictObject({ id: Id }),
  answers: { 200: ExplainedTransaction },
  run: async (context) => {
    const { params, resources, visitor } = context
    const question = {
      functionName: 'profile',
      method: 'GET',
      path: `/transactions/${params.id}`,
    } as const
    const row = await ask(context, question, ExplainedTransaction)
    return { status: 200, body: inWords(row, resources.tariff, visitor) }
  },
})
