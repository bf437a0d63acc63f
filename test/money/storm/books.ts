import type { StackDescription } from '../../../local/stack-file.ts'
import type { ProviderBook } from '../provider-books.ts'
import type { Caller } from './caller.ts'

type SimCharge = { chargeId: string; currency: string; amount: number; refunded: boolean }
type Shown = { id: string; status: string; payment_id?: string; amount: { value: string; currency: string } }

const toMinor = (value: string): number => Math.round(Number(value) * 100)

/** What the simulated providers have in their books at the end. */
export const readProviderBooks = async (stack: StackDescription, caller: Caller): Promise<ProviderBook[]> => {
  const { body } = await caller.control(new URL('/sim/payments', stack.telegram.page ?? '').href, 'GET')
  const charges: SimCharge[] = body.payments
  const stars = charges.filter(({ currency }) => currency === 'XTR')
  const books: ProviderBook[] = [
    {
      provider: 'stars',
      charges: stars,
      refunds: stars.filter(({ refunded }) => refunded).map(({ chargeId, amount }) => ({ chargeId, amount })),
    },
  ]
  const control = stack.yookassa?.control
  if (!control) return books
  const shop = (await caller.control(`${control}/sim/book`, 'GET')).body
  const succeeded = ({ status }: Shown): boolean => status === 'succeeded'
  books.push({
    provider: 'yookassa',
    charges: shop.payments.filter(succeeded).map(({ id, amount }: Shown) => ({
      chargeId: id,
      currency: amount.currency,
      amount: toMinor(amount.value),
    })),
    refunds: shop.refunds.filter(succeeded).map(({ payment_id, amount }: Shown) => ({
      chargeId: payment_id ?? '',
      amount: toMinor(amount.value),
    })),
  })
  return books
}

/** How many updates and notifications are on their way still. */
export const countOnTheWay = async (stack: StackDescription, caller: Caller): Promise<number> => {
  const clock = await caller.control(new URL('/sim/clock', stack.telegram.page ?? '').href, 'POST', {
    advanceSeconds: 0,
  })
  const control = stack.yookassa?.control
  if (!control) return clock.body.waitingUpdates
  const shop = await caller.control(`${control}/sim/book`, 'GET')
  return clock.body.waitingUpdates + shop.body.notifications.length
}
