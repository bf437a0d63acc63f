import { z } from 'zod'
import { serviceTitle } from '#shared/domain/tariff.ts'
import { text } from '#shared/domain/texts/texts.ts'
import { personRoute } from '#shared/http/route.ts'
import { ask } from './ask.ts'

const Moment = z.iso.datetime()
const ServiceUsage = { service: z.string().nullable(), uses: z.int(), coins: z.int() }

const Weeks = z.object({
  weeks: z.array(z.object({ from: Moment, to: Moment, services: z.array(z.object(ServiceUsage)) })),
})
const NamedWeeks = z.object({
  weeks: z.array(
    z.object({
      from: Moment,
      to: Moment,
      services: z.array(z.object({ ...ServiceUsage, title: z.string() })),
    }),
  ),
})

/** GET /api/usage?weeks: from Monday to Monday in the person's time zone, the present week last. */
export const showUsage = personRoute({
  method: 'GET',
  path: '/api/usage',
  summary: 'Coins that the person of the session spent, by week and service',
  query: z.strictObject({ weeks: z.coerce.number().int().min(1).max(53).default(8) }),
  answers: { 200: NamedWeeks },
  run: async (context) => {
    const { query, resources, visitor } = context
    const question = { functionName: 'profile', method: 'GET', path: '/usage', query } as const
    const { weeks } = await ask(context, question, Weeks)
    const titleOf = (service: string | null): string =>
      service === null
        ? text(visitor.language, 'usage-other')
        : serviceTitle(resources.tariff, service, visitor.language)
    const named = weeks.map(({ services, ...week }) => ({
      ...week,
      services: services.map((one) => ({ ...one, title: titleOf(one.service) })),
    }))
    return { status: 200, body: { weeks: named } }
  },
})
