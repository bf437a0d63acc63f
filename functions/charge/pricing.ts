import { z } from 'zod'
import { CoinAmount } from '#shared/domain/coins.ts'
import type { Language } from '#shared/domain/settings.ts'
import { priceOf, serviceTitle, type Tariff } from '#shared/domain/tariff.ts'
import { invalidInput } from '#shared/errors.ts'

/** Units of a service at most at once; the product with the price is checked as well. */
export const Units = z.int().min(1).max(1_000_000_000)

/** What is to be paid: a service of the tariff (and how many units), or so many coins with a description. */
export const priceFields = {
  service: z.string().min(1).max(64).optional(),
  units: Units.optional(),
  coins: CoinAmount.optional(),
  description: z.string().trim().min(1).max(200).optional(),
}

type PriceRequest = {
  service?: string | undefined
  units?: number | undefined
  coins?: number | undefined
  description?: string | undefined
}

export type Priced = { coins: number; description: string; service?: string; priceVersion?: string }

/** @throws AppError invalid_input: not one of the two, an unknown service, too many coins */
export const priceRequest = (request: PriceRequest, tariff: Tariff, language: Language): Priced => {
  const { service, units, coins, description } = request
  if (service !== undefined && coins === undefined && description === undefined) {
    const price = priceOf(tariff, service, units ?? 1)
    return { ...price, service, description: serviceTitle(tariff, service, language) }
  }
  if (service === undefined && units === undefined && coins !== undefined && description !== undefined) {
    return { coins, description }
  }
  throw invalidInput('Send service (and units), or coins and description.', [
    { path: 'service', message: 'either service (with units), or coins with description' },
  ])
}
