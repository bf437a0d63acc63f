import { z } from 'zod'
import { sumUsage, sumUsageByWeek } from '#shared/db/history.ts'
import { getUser } from '#shared/db/users.ts'
import { CoinBalance } from '#shared/domain/coins.ts'
import { invalidInput } from '#shared/errors.ts'
import { readRoute } from '#shared/http/route.ts'
import { querySubject, subjectOf } from '#shared/http/subject.ts'

const DAYS_30_MS = 30 * 24 * 60 * 60 * 1000
const MAX_WEEKS = 53

const Moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text))

const Weeks = z
  .string()
  .regex(/^[1-9]\d?$/, `must be a whole number from 1 to ${MAX_WEEKS}`)
  .transform(Number)
  .pipe(z.int().max(MAX_WEEKS))
  .meta({ type: 'integer', minimum: 1, maximum: MAX_WEEKS })

const ServiceUsage = z.strictObject({ service: z.string().nullable(), uses: z.int(), coins: CoinBalance })
const Week = z
  .strictObject({ from: z.iso.datetime(), to: z.iso.datetime(), services: z.array(ServiceUsage) })
  .meta({ id: 'UsageWeek', description: 'From Monday to Monday, midnight in the time zone of the person' })

/**
 * GET /usage?userId&from&to: the last 30 days unless said. With `weeks`: so many, the last the one that `to` lies in (today), week by week;
 * `items` are then of all of them together.
 */
export const readUsage = readRoute({
  method: 'GET',
  path: '/usage',
  summary: 'Coins that a person spent, by service; by week as well where `weeks` says how many',
  query: z.strictObject({
    ...querySubject,
    from: Moment.optional(),
    to: Moment.optional(),
    weeks: Weeks.optional(),
  }),
  answers: {
    200: z.strictObject({ items: z.array(ServiceUsage), weeks: z.array(Week).optional() }),
  },
  run: async ({ query, sql, resources }) => {
    const to = query.to ?? new Date(resources.clock())
    if (query.weeks !== undefined && query.from !== undefined)
      throw invalidInput('weeks says where it begins, so from must be left out.', [
        { path: 'from', message: 'stands beside weeks' },
      ])
    const from = query.from ?? new Date(to.getTime() - DAYS_30_MS)
    if (from >= to)
      throw invalidInput('from must lie before to.', [{ path: 'from', message: 'lies after to' }])
    const user = await getUser(sql, subjectOf(query))
    const userId = user.id
    if (query.weeks === undefined)
      return { status: 200, body: { items: await sumUsage(sql, { userId, from, to }) } }
    const { timeZone } = user.settings
    const weeks = await sumUsageByWeek(sql, { userId, timeZone, at: to, weeks: query.weeks })
    const [first, last] = [weeks[0], weeks.at(-1)]
    const items = first && last ? await sumUsage(sql, { userId, from: first.from, to: last.to }) : []
    const body = {
      items,
      weeks: weeks.map((week) => ({ ...week, from: week.from.toISOString(), to: week.to.toISOString() })),
    }
    return { status: 200, body }
  },
})
