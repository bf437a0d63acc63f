import { z } from 'zod'

/** Characters of a reason; what the ledger takes as a description. */
export const MAX_REASON = 500

/**
 * What an operator is about to do, as far as it is told. Its words are the reason, which is kept in the audit log anyway: no private words
 * of a person.
 */
export const OperatorTask = z.strictObject({
  action: z.enum(['find', 'credit', 'debit', 'block', 'unblock', 'refund', 'resolve', 'discard']),
  /** The person, the payment (uuids) or the update. */
  subject: z.string().max(64).optional(),
  /** Who gets the coins of a payment in suspense. */
  payee: z.uuid().optional(),
  coins: z.int().positive().optional(),
  /** Minor units of a refund, as the operator has read it. */
  amount: z.int().positive().optional(),
  reason: z.string().max(MAX_REASON).optional(),
  /** The update that brought it this far: delivered once more, it is no answer to the next question. */
  step: z.int(),
})
export type OperatorTask = z.infer<typeof OperatorTask>
