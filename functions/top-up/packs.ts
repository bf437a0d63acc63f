import { z } from 'zod'
import { CoinAmount } from '#shared/domain/coins.ts'
import { readRoute } from '#shared/http/route.ts'
import { CurrencyCode, ProviderId } from '#shared/http/schemas.ts'
import { providersOf } from '#shared/money/providers.ts'

const PackView = z
  .strictObject({
    id: z.string(),
    coins: CoinAmount,
    title: z.strictObject({ ru: z.string(), en: z.string() }),
    prices: z.record(CurrencyCode, z.int().positive()),
  })
  .meta({ id: 'Pack', description: 'Prices in minor units of the currency (kopecks); whole Stars for XTR' })

const PacksView = z.strictObject({
  items: z.array(PackView),
  /** The ways to pay that are set up here, each with the currency that it is asked in. */
  providers: z.array(z.strictObject({ id: ProviderId, currency: CurrencyCode })),
})

/** GET /packs: the same for everybody. */
export const listPacks = readRoute({
  method: 'GET',
  path: '/packs',
  summary: 'Packs of coins on sale, with their prices, and the ways to pay',
  answers: { 200: PacksView },
  run: async ({ resources }) => {
    const providers = providersOf(resources).map(({ id, currency }) => ({ id, currency }))
    return { status: 200, body: { items: resources.tariff.packs, providers } }
  },
})
