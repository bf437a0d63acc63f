import { z } from 'zod'
import * as history from '#shared/db/history.ts'
import { getUser } from '#shared/db/users.ts'
import { readRoute } from '#shared/http/route.ts'
import { pageOf, pageQuery } from '#shared/http/schemas.ts'
import { querySubject, subjectOf } from '#shared/http/subject.ts'
import { Transaction, TransactionType, toView } from './transaction-view.ts'

/** One kind, or several with commas between them. */
const Types = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(TransactionType).min(1))
  .meta({ description: 'Kinds of transactions, with commas between them: refund,reversal' })

/** GET /transactions?userId&type&limit&cursor, newest first. */
export const listTransactions = readRoute({
  method: 'GET',
  path: '/transactions',
  summary: 'History of a person: every movement of coins, newest first',
  query: z.strictObject({ ...querySubject, ...pageQuery, type: Types.optional() }),
  answers: { 200: pageOf(Transaction) },
  run: async ({ query, sql }) => {
    const user = await getUser(sql, subjectOf(query))
    const page = await history.listTransactions(sql, {
      userId: user.id,
      limit: query.limit,
      before: query.cursor,
      types: query.type,
    })
    return { status: 200, body: { items: page.items.map(toView), nextCursor: page.nextCursor } }
  },
})
