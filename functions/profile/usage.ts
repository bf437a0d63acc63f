import { z } from 'zod'
import { sumUsage } from '#shared/db/history.ts'
import { getUser } from '#shared/db/users.ts'
import { CoinBalance } from '#shared/domain/coins.ts'
import { invalidInput } from '#shared/errors.ts'
import { readRoute } from '#shared/http/route.ts'
import { querySubject, subjectOf } from '#shared/http/subject.ts'

const DAYS_30_MS = 30 * 24 * 60 * 60 * 1000

const Moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text))

/** GET /usage?userId&from&to: the last 30 days unless said. */
export const readUsage = readRoute({
  method: 'GET',
  path: '/usage',
  summary: 'Coins that a person spent, by service',
  query: z.strictObject({ ...querySubject, from: Moment.optional(), to: Moment.optional() }),
  answers: {
    200: z.strictObject({
      items: z.array(z.strictObject({ service: z.string().nullable(), uses: z.int(), coins: CoinBalance })),
    }),
  },
  run: async ({ query, sql, resources }) => {
    const to = query.to ?? new Date(resources.clock())
    const from = query.from ?? new Date(to.getTime() - DAYS_30_MS)
    if (from >= to)
      throw invalidInput('from must lie before to.', [{ path: 'from', message: 'lies after to' }])
    const user = await getUser(sql, subjectOf(query))
    return { status: 200, body: { items: await sumUsage(sql, { userId: user.id, from, to }) } }
  },
})
