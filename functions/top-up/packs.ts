import { z } from 'zod'
import { CoinAmount } from '#shared/domain/coins.ts'
import { readRoute } from '#shared/http/route.ts'

const PackView = z
  .strictObject({
    id: z.string(),
    coins: CoinAmount,
    title: z.strictObject({ ru: z.string(), en: z.string() }),
    prices: z.strictObject({ XTR: z.int().positive().optional(), RUB: z.int().positive().optional() }),
  })
  .meta({ id: 'Pack', description: 'Prices in minor units of the currency (kopecks); whole Stars for XTR' })

/** GET /packs: the same for everybody. */
export const listPacks = readRoute({
  method: 'GET',
  path: '/packs',
  summary: 'Packs of coins on sale, with their prices',
  answers: { 200: z.strictObject({ items: z.array(PackView) }) },
  run: async ({ resources }) => ({ status: 200, body: { items: resources.tariff.packs } }),
})
