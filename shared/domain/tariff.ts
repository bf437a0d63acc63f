import { z } from 'zod'
import { AppError, invalidInput } from '#shared/errors.ts'
import { CoinAmount, CoinBalance, multiplyCoins } from './coins.ts'
import type { Language } from './settings.ts'
import { problemLines } from './tariff-problems.ts'

const localized = (maxLength: number) =>
  z.strictObject({ ru: z.string().trim().min(1).max(maxLength), en: z.string().trim().min(1).max(maxLength) })

const wholeNumber = (min: number, max: number) => z.int().min(min).max(max)

const identifier = (maxLength: number) =>
  z.string().regex(new RegExp(`^[a-z0-9][a-z0-9-]{0,${maxLength - 1}}$`), {
    error: `must be 1..${maxLength} small Latin letters, digits and hyphens: correct it`,
  })

/** Units with words in every language; for another one, write them as { ru: за страницу, en: a page }. */
const KnownUnit = z.enum(['use', '1000 characters', 'minute', 'image'])

const Service = z.strictObject({
  /** Coins for each unit. */
  coins: CoinAmount,
  unit: z.union([KnownUnit, localized(32)], {
    error: `must be one of: ${KnownUnit.options.join(', ')}, or words of your own as { ru: ..., en: ... }`,
  }),
  title: localized(64),
})
export type Service = z.infer<typeof Service>

/** Minor units of each currency (whole Stars for XTR); a provider has its own bounds besides. */
const Prices = z
  .object({
    /** Whole Stars. */
    XTR: wholeNumber(1, 10_000).optional(),
    /** Kopecks: from 1 rouble up to 350,000, the most that one card payment usually takes. */
    RUB: wholeNumber(100, 35_000_000).optional(),
  })
  .catchall(wholeNumber(1, 1_000_000_000_000))
  .superRefine((prices, context) => {
    const unknown = Object.keys(prices).filter((currency) => !/^[A-Z]{3}$/.test(currency))
    for (const currency of unknown) {
      const message = 'is no currency: take its three capital letters, such as RUB'
      context.addIssue({ code: 'custom', path: [currency], message })
    }
    if (Object.keys(prices).length > 0) return
    context.addIssue({
      code: 'custom',
      message: 'needs a price: add XTR (Stars), RUB (kopecks) or another currency',
    })
  })

const Pack = z.strictObject({
  /** Short: it stands in the data of a Telegram button (64 bytes). */
  id: identifier(32),
  coins: CoinAmount,
  title: localized(32),
  prices: Prices,
})
export type Pack = z.infer<typeof Pack>

/** Services that functions of this repository charge by name. */
const REQUIRED_SERVICES = ['avatar', 'transcript']

const Services = z.record(identifier(40), Service).superRefine((services, context) => {
  for (const name of REQUIRED_SERVICES) {
    if (Object.hasOwn(services, name)) continue
    context.addIssue({
      code: 'custom',
      path: [name],
      message: 'is missing: add it, a function charges by it',
    })
  }
})

const Packs = z
  .array(Pack)
  .min(1, { error: 'needs at least one pack: nobody could top up' })
  .max(50)
  .superRefine((packs, context) => {
    for (const [index, pack] of packs.entries()) {
      const first = packs.findIndex((other) => other.id === pack.id)
      if (first === index) continue
      const message = `is taken by packs[${first}]: give each pack its own id`
      context.addIssue({ code: 'custom', path: [index, 'id'], message })
    }
  })

const RateLimit = z
  .strictObject({ perSecond: wholeNumber(1, 100_000), burst: wholeNumber(1, 1_000_000) })
  .refine((limit) => limit.burst >= limit.perSecond, {
    path: ['burst'],
    error: 'is below perSecond: raise it',
  })

// 604,800 (a week) is part of the public contract (design §11)
const Holds = z
  .strictObject({ defaultSeconds: wholeNumber(1, 604_800), maxSeconds: wholeNumber(1, 604_800) })
  .refine((holds) => holds.defaultSeconds <= holds.maxSeconds, {
    path: ['defaultSeconds'],
    error: 'is above maxSeconds: lower it',
  })

const VersionName = z
  .string({ error: 'must be text: write it in quotes' })
  .regex(/^[\w.-]{1,64}$/, { error: 'must be 1..64 Latin letters, digits, dots, hyphens: correct it' })

/**
 * The file of prices, packs, bonus and limits that an operator edits (tariff.yml says what each key means). Rules between
 * keys stand at the smallest group that holds them, so that one mistake elsewhere does not hide them.
 */
export const Tariff = z.strictObject({
  version: VersionName,
  welcomeBonus: CoinBalance,
  services: Services,
  packs: Packs,
  refunds: z.strictObject({ days: wholeNumber(0, 365), unspentOnly: z.boolean() }),
  support: z.strictObject({ contact: z.string().trim().min(3).max(128) }),
  // younger than the others: a file without them means this
  terms: z.strictObject({ version: VersionName }).default({ version: '1' }),
  deletion: z.strictObject({ graceDays: wholeNumber(0, 90) }).default({ graceDays: 7 }),
  limits: z.strictObject({
    image: z.strictObject({
      // 20 MiB is the body limit of avatar-upload and the most that a bot can download
      maxBytes: wholeNumber(1_000, 20_971_520),
      maxPixels: wholeNumber(10_000, 200_000_000),
      // older files have no such line
      maxDecodeBytes: wholeNumber(1_000_000, 1_000_000_000).default(75_000_000),
      maxSide: wholeNumber(64, 65_535),
      maxAspect: wholeNumber(1, 100),
    }),
    // older files have no such group
    avatars: z.strictObject({ perPerson: wholeNumber(1, 1_000) }).default({ perPerson: 20 }),
    transcript: z.strictObject({
      maxCharacters: wholeNumber(1, 5_000_000),
      // a file of before these limits stays valid
      maxSegments: wholeNumber(1, 1_000_000).default(100_000),
      maxLineCharacters: wholeNumber(100, 1_000_000).default(20_000),
    }),
    // older files have no such group; a day is the most that the database keeps
    recording: z
      .strictObject({ maxMinutes: wholeNumber(1, 1_440), atOnce: wholeNumber(1, 100) })
      .default({ maxMinutes: 120, atOnce: 3 }),
  }),
  rateLimits: z.strictObject({
    chat: RateLimit,
    client: RateLimit,
    uploads: z.strictObject({ perMinute: wholeNumber(1, 10_000) }),
    invoices: z.strictObject({ perMinute: wholeNumber(1, 10_000) }),
    // younger than the others: a file without it means this
    notifications: RateLimit.default({ perSecond: 20, burst: 200 }),
    logins: z.strictObject({ perMinute: wholeNumber(1, 10_000) }).default({ perMinute: 20 }),
    visits: RateLimit.default({ perSecond: 10, burst: 60 }),
  }),
  holds: Holds,
  invoices: z.strictObject({ expiresInSeconds: wholeNumber(60, 604_800) }),
})
export type Tariff = z.infer<typeof Tariff>

/** The tariff in parsed YAML or JSON. Throws an Error that names all problems, a line each, with what to do. */
export const parseTariff = (data: unknown): Tariff => {
  const parsed = Tariff.safeParse(data)
  if (parsed.success) return parsed.data
  const problems = problemLines(parsed.error, data)
  throw new Error([`${problems.length} to correct in the tariff:`, ...problems].join('\n'))
}

const knownService = (tariff: Tariff, service: string): Service => {
  const known = Object.hasOwn(tariff.services, service) ? tariff.services[service] : undefined
  if (known !== undefined) return known
  const names = Object.keys(tariff.services).join(', ')
  throw invalidInput(`The service is unknown; known are: ${names}.`, [
    { path: 'service', message: `must be one of: ${names}` },
  ])
}

/** Price of `units` (a whole number, 1 or more) of a service. AppError `invalid_input`: unknown service, too many coins. */
export const priceOf = (
  tariff: Tariff,
  service: string,
  units = 1,
): { coins: number; priceVersion: string } => {
  const { coins } = knownService(tariff, service)
  if (!Number.isSafeInteger(units) || units < 1) {
    throw invalidInput('Units are a whole number, 1 or more.', [
      { path: 'units', message: 'must be a whole number, 1 or more' },
    ])
  }
  return { coins: multiplyCoins(coins, units), priceVersion: tariff.version }
}

/** The pack with this id; AppError `pack_not_found`, naming those that are on sale. */
export const findPack = (tariff: Tariff, id: string): Pack => {
  const pack = tariff.packs.find((candidate) => candidate.id === id)
  if (pack !== undefined) return pack
  throw new AppError('pack_not_found', {
    detail: `There is no such pack; on sale are: ${tariff.packs.map((known) => known.id).join(', ')}.`,
  })
}

/** How a service is called in a person's language; services that left the tariff are called by their name. */
export const serviceTitle = (tariff: Tariff, service: string, language: Language): string =>
  Object.hasOwn(tariff.services, service) ? (tariff.services[service]?.title[language] ?? service) : service
