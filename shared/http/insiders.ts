import { AppError } from '#shared/errors.ts'
import type { Client } from '#shared/platform/clients.ts'

/**
 * News of money from outside comes through our own functions, which have it from the provider; or by an operator. Any other program that
 * may top up (`top-up:write`) can offer invoices, and must not be able to say that they were paid.
 * @throws AppError forbidden
 */
export const requireInsider = (caller: Client): void => {
  if (caller.internal || caller.scopes.has('admin')) return
  throw new AppError('forbidden', {
    detail: `The client ${caller.id} is no part of this installation: it needs the scope admin to report payments.`,
  })
}
