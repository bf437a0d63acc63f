import { z } from 'zod'
import { ControlError, parseFields } from '../../simulator/control-error.ts'
import type { Charge, InvoiceRecord } from '../model.ts'
import { chargeBack, payInvoice, refundCharge } from '../payments.ts'
import { messageInChat } from './chats.ts'
import { type ControlRequest, personInPath, type Route } from './route.ts'

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

const chargeInPath = ({ state, params }: ControlRequest): Charge => {
  const charge = state.charges.get(params.chargeId ?? '')
  if (charge === undefined) throw new ControlError(404, 'There is no such payment.')
  return charge
}

/** The operator refunds outside of the bot. Of money Telegram knows nothing: the processor gives it back, and no update comes. */
const refundOutside: Route['run'] = (request) => {
  const { state } = request
  const charge = chargeInPath(request)
  if (charge.currency === 'XTR') refundCharge(state, charge.personId, charge.chargeId)
  else if (charge.refunded) throw new ControlError(400, 'It is refunded already.')
  else state.charges.set(charge.chargeId, { ...charge, refunded: true })
  return { payment: state.charges.get(charge.chargeId) }
}

export const paymentRoutes: Route[] = [
  {
    method: 'GET',
    path: '/sim/payments',
    run: ({ state }) => ({ payments: [...state.charges.values()] }),
  },
  { method: 'POST', path: '/sim/payments/:chargeId/refund', run: refundOutside },
  {
    method: 'POST',
    path: '/sim/payments/:chargeId/chargeback',
    run: (request) => {
      const { personId, chargeId } = chargeInPath(request)
      chargeBack(request.state, personId, chargeId)
      return { payment: request.state.charges.get(chargeId) }
    },
  },
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
