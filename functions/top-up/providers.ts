import { invalidInput } from '#shared/errors.ts'
import type { Resources } from '#shared/http/resources.ts'
import type { PaymentProvider } from '#shared/payments/provider.ts'
import { createStars } from '#shared/payments/stars.ts'

/** The ways to pay that this installation is set up for. */
const configuredProviders = (resources: Resources): PaymentProvider[] => [createStars(resources.telegram)]

/** @throws AppError invalid_input naming the ways that are configured */
export const providerOf = (resources: Resources, id: PaymentProvider['id']): PaymentProvider => {
  const configured = configuredProviders(resources)
  const found = configured.find((provider) => provider.id === id)
  if (found) return found
  const names = configured.map((provider) => provider.id).join(', ')
  throw invalidInput(`The provider ${id} is not configured here; configured: ${names}.`, [
    { path: 'provider', message: `must be one of: ${names}` },
  ])
}
