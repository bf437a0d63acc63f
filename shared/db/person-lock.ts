import { AppError } from '#shared/errors.ts'
import type { Tx } from './client.ts'

/**
 * Holds the person's row until the transaction ends: two changes to one person's things come one after the other, and erasure waits.
 * Taken before a wallet's lock, never after it. Charges by other functions go on: their foreign keys ask for less.
 * @throws AppError user_not_found, also when an erasure was waited for
 */
export const lockPerson = async (tx: Tx, userId: string): Promise<void> => {
  const rows = await tx`select 1 from users where id = ${userId} and erased_at is null for no key update`
  if (rows.length === 0)
    throw new AppError('user_not_found', { detail: 'No such person: call register first.' })
}

/** Waits for whoever holds the person's row, so that the outcome of their transaction can be seen. */
export const waitForPerson = async (tx: Tx, userId: string): Promise<void> => {
  await tx`select 1 from users where id = ${userId} for no key update`
}
