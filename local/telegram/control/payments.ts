import { z } from 'zod'
import type { InvoiceRecord } from '../model.ts'
import { payInvoice } from '../payments.ts'
import { messageInChat } from './chats.ts'
import { ControlError, type ControlRequest, parseFields, personInPath, type Route } from './route.ts'

const Payment = z.strictObject({
  messageId: z.int().min(1).optional(),
  invoiceLink: z.string().optional(),
  payerId: z.int().min(1).optional(),
})

const findInvoice = (
  request: ControlRequest,
  personId: number,
  payment: z.output<typeof Payment>,
): InvoiceRecord => {
  const { messageId, invoiceLink } = payment
  if ((messageId === undefined) === (invoiceLink === undefined)) {
    throw new ControlError(400, 'Give either messageId or invoiceLink.')
  }
  const slug =
    messageId === undefined
      ? (/^https:\/\/t\.me\/(?:\$|invoice\/)([\w-]+)$/.exec(invoiceLink ?? '')?.[1] ?? '')
      : messageInChat(request, personId, messageId).invoiceSlug
  const invoice = slug === undefined ? undefined : request.state.invoices.get(slug)
  if (invoice === undefined) throw new ControlError(404, 'There is no such invoice.')
  return invoice
}

export const paymentRoutes: Route[] = [
  {
    method: 'POST',
    path: '/sim/chats/:personId/payments',
    run: async (request) => {
      const payment = parseFields(Payment, request.fields)
      const person = personInPath(request)
      const payerId = payment.payerId ?? person.id
      if (request.state.people.get(payerId) === undefined)
        throw new ControlError(404, `There is no person ${payerId}.`)
      return await payInvoice(request.state, payerId, findInvoice(request, person.id, payment))
    },
  },
  {
    method: 'GET',
    path: '/sim/invoices/:slug',
    run: ({ state, params }) => {
      const invoice = state.invoices.get(params.slug ?? '')
      if (invoice === undefined) throw new ControlError(404, 'There is no such invoice.')
      const { payload: _payload, ...shown } = invoice
      return { invoice: shown }
    },
  },
]
