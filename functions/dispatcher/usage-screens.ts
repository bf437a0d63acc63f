import { z } from 'zod'
import { encodeCallback } from '#shared/domain/callback-data.ts'
import { drawUsageChart, PALETTE } from '#shared/domain/chart/usage-chart.ts'
import { serviceTitle } from '#shared/domain/tariff.ts'
import { formatShortDay } from '#shared/domain/texts/format-date.ts'
import { encodePng } from '#shared/platform/png.ts'
import type { Keyboard } from '#shared/telegram/outgoing.ts'
import type { Chat } from './chat.ts'
import { screenButton } from './keyboards.ts'

const WEEKS = 8
const DAY_MS = 24 * 60 * 60 * 1000
const PAGE_MS = WEEKS * 7 * DAY_MS
/** Two years back; whoever wants more asks for all data. */
const MAX_PAGE = 13
/** Bot API: characters of a caption. */
const MAX_CAPTION = 1_024

const ServiceUsage = z.looseObject({ service: z.string().nullable(), uses: z.int(), coins: z.int() })
type ServiceUsage = z.infer<typeof ServiceUsage>
const Week = z.looseObject({ from: z.string(), to: z.string(), services: z.array(ServiceUsage) })
const Usage = z.looseObject({ items: z.array(ServiceUsage), weeks: z.array(Week) })
type Usage = z.infer<typeof Usage>

const totalOf = (services: readonly { coins: number }[]): number =>
  services.reduce((sum, { coins }) => sum + coins, 0)

const dayOf = (chat: Chat, ms: number): string => {
  const { language, timeZone } = chat.person.settings
  return formatShortDay(new Date(ms), language, timeZone)
}

/** The first and the last day of a week or of several; the end itself is the next Monday's midnight. */
const daysOf = (chat: Chat, from: string, to: string): { from: string; to: string } => ({
  from: dayOf(chat, Date.parse(from)),
  to: dayOf(chat, Date.parse(to) - 1),
})

/** "24.11" in any language: what stands under a column. */
const figuresOf = (chat: Chat, iso: string): string => {
  const format = new Intl.DateTimeFormat('de', {
    day: '2-digit',
    month: '2-digit',
    timeZone: chat.person.settings.timeZone,
  })
  const parts = new Map(format.formatToParts(new Date(iso)).map(({ type, value }) => [type, value]))
  return `${parts.get('day')}.${parts.get('month')}`
}

/** The services with a colour of their own, by what they took; all others share the last one. */
const colouredOf = ({ items }: Usage): Map<string | null, (typeof PALETTE)[number]> => {
  const own = items.length > PALETTE.length ? PALETTE.length - 1 : PALETTE.length
  return new Map(
    items.slice(0, own).flatMap(({ service }, index) => {
      const colour = PALETTE[index]
      return colour ? [[service, colour] as const] : []
    }),
  )
}

const REST = PALETTE[PALETTE.length - 1] ?? PALETTE[0]

const pictureOf = (chat: Chat, usage: Usage): string => {
  const coloured = colouredOf(usage)
  const columns = usage.weeks.map(({ from, services }) => {
    const rest = services.filter(({ service }) => !coloured.has(service))
    const parts = Array.from(coloured, ([service, { colour }]) => ({
      colour,
      coins: totalOf(services.filter((one) => one.service === service)),
    }))
    return { label: figuresOf(chat, from), parts: [...parts, { colour: REST.colour, coins: totalOf(rest) }] }
  })
  return encodePng(drawUsageChart(columns)).toString('base64')
}

const titleOf = (chat: Chat, service: string | null): string =>
  service === null
    ? chat.say('usage-other')
    : serviceTitle(chat.resources.tariff, service, chat.person.settings.language)

const serviceLines = (chat: Chat, usage: Usage): string[] => {
  const coloured = colouredOf(usage)
  const line = (square: string, title: string, sums: readonly ServiceUsage[]): string =>
    chat.say('usage-service', {
      square,
      title,
      coins: totalOf(sums),
      uses: sums.reduce((all, { uses }) => all + uses, 0),
    })
  const rest = usage.items.filter(({ service }) => !coloured.has(service))
  return [
    ...usage.items.flatMap((item) => {
      const colour = coloured.get(item.service)
      return colour ? [line(colour.square, titleOf(chat, item.service), [item])] : []
    }),
    ...(rest.length === 0 ? [] : [line(REST.square, chat.say('usage-other'), rest)]),
  ]
}

/** The same in words: each service, then each week with spending; weeks give way where there is no room for all. */
const captionOf = (chat: Chat, usage: Usage, span: { from: string; to: string }): string => {
  const title = chat.say('usage-title', { ...span, coins: totalOf(usage.items) })
  const weeks = usage.weeks
    .filter(({ services }) => services.length > 0)
    .map(({ from, to, services }) =>
      chat.say('usage-week', { ...daysOf(chat, from, to), coins: totalOf(services) }),
    )
  const head = [title, '', ...serviceLines(chat, usage)].join('\n')
  const whole = [head, '', chat.say('usage-weeks'), ...weeks].join('\n')
  return [whole, head, title].find((caption) => caption.length <= MAX_CAPTION) ?? title
}

const buttonsOf = (chat: Chat, page: number): Keyboard => {
  const to = (number: number, label: 'button-older' | 'button-newer') => ({
    text: chat.say(label),
    data: encodeCallback({ kind: 'usage', ...(number === 0 ? {} : { page: number }) }),
  })
  const ways = [
    ...(page > 0 ? [to(page - 1, 'button-newer')] : []),
    ...(page < MAX_PAGE ? [to(page + 1, 'button-older')] : []),
  ]
  return [...(ways.length === 0 ? [] : [ways]), [screenButton(chat, 'history'), screenButton(chat, 'menu')]]
}

/** /usage: coins by service and week, eight weeks at a time, as a picture with the same in words. */
export const showUsage = async (chat: Chat, wanted = 0): Promise<void> => {
  const page = Math.min(wanted, MAX_PAGE)
  const to = new Date(chat.resources.clock() - page * PAGE_MS).toISOString()
  const query = new URLSearchParams({ userId: chat.person.user.id, weeks: String(WEEKS), to })
  const usage = await chat.call({ functionName: 'profile', method: 'GET', path: `/usage?${query}` }, Usage)
  const [first, last] = [usage.weeks[0], usage.weeks.at(-1)]
  const span = daysOf(chat, first?.from ?? to, last?.to ?? to)
  const keyboard = buttonsOf(chat, page)
  if (usage.items.length === 0) {
    return chat.reply({ kind: 'text', text: chat.say('usage-none', span), keyboard })
  }
  await chat.reply(
    { kind: 'photo', bytes: pictureOf(chat, usage), caption: captionOf(chat, usage, span), keyboard },
    // what somebody buys must not lie in a job's row
    { isPrivate: true },
  )
}
