import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { House } from '../../support/house.ts'

/** The payload of a fresh invoice of 50 Stars for 100 coins. */
export const invoiceFor = async (house: House, telegramId: number): Promise<string> => {
  const reply = await house.call('top-up', 'POST', '/invoices', {
    body: { telegramId, pack: 'small', provider: 'stars', link: false },
  })
  expect(reply.status).toBe(201)
  return reply.body.invoice.payload
}

/** Telegram's message about a payment. */
export const paidMessage = (
  telegramId: number,
  payment: Record<string, unknown>,
  chat: Record<string, unknown> = { id: telegramId, type: 'private' },
): Record<string, unknown> => ({
  message_id: 7,
  date: 1_790_000_000,
  chat,
  from: { id: telegramId, is_bot: false, first_name: 'Ann', language_code: 'en' },
  successful_payment: {
    currency: 'XTR',
    total_amount: 50,
    telegram_payment_charge_id: `stx-${randomUUID()}`,
    provider_payment_charge_id: 'p1',
    ...payment,
  },
})
