import { z } from 'zod'
import * as history from '#shared/db/history.ts'
import { getUser } from '#shared/db/users.ts'
import { CoinBalance } from '#shared/domain/coins.ts'
import { readRoute } from '#shared/http/route.ts'
import { pageOf, pageQuery } from '#shared/http/schemas.ts'
import { Id, querySubject, subjectOf } from '#shared/http/subject.ts'

const Transaction = z
  .strictObject({
    id: Id,
    amount: z.int(),
    type: z.enum([
      'bonus',
      'top_up',
      'charge',
      'refund',
      'reversal',
      'debt_payment',
      'adjustment',
      'opening',
    ]),
    description: z.string(),
    service: z.string().nullable(),
    priceVersion: z.string().nullable(),
    balanceAfter: CoinBalance,
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Transaction' })

/** GET /transactions?userId&limit&cursor, newest first. */
export const listTransactions = readRoute({
  method: 'GET',
  path: '/transactions',
  summary: 'History of a person: every movement of coins, newest first',
  query: z.strictObject({ ...querySubject, ...pageQuery }),
  answers: { 200: pageOf(Transaction) },
  run: async ({ query, sql }) => {
    const user = await getUser(sql, subjectOf(query))
    const page = await history.listTransactions(sql, {
      userId: user.id,
      limit: query.limit,
      before: query.cursor,
    })
    return {
      status: 200,
      body: {
        items: page.items.map((item) => ({ ...item, createdAt: item.createdAt.toISOString() })),
        nextCursor: page.nextCursor,
      },
    }
  },
})
