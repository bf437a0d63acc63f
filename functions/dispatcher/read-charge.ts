import { z } from 'zod'
import type { Chat } from './chat.ts'

const History = z.looseObject({
  items: z.array(z.looseObject({ id: z.string(), amount: z.int(), balanceAfter: z.int() })),
})

/** What a piece of work really cost, from the ledger: the price of an hour's transcript depends on its length. */
export const readCharge = async (
  chat: Chat,
  transactionId: string,
): Promise<{ coins: number; balance: number }> => {
  const path = `/transactions?userId=${chat.person.user.id}&limit=20`
  const { items } = await chat.call({ functionName: 'profile', method: 'GET', path }, History)
  const charge = items.find(({ id }) => id === transactionId)
  return { coins: -(charge?.amount ?? 0), balance: charge?.balanceAfter ?? items[0]?.balanceAfter ?? 0 }
}
