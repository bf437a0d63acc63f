import { api } from './api.js'
import { price } from './bubbles.js'
import { actions, cancelButton, closeDialog, openDialog, toast } from './dialogs.js'
import { el } from './dom.js'
import { explain, t } from './i18n.js'

const OUTCOMES = { refused: 'refused', expired: 'expired' }

/** Shows the bill and pays it. `payment` is what the control API takes. Answers how it ended: paid, failed or cancelled. */
export const askPayment = async (person, invoice, payment) => {
  let status = 'cancelled'
  const problem = el('p', { class: 'problem', hidden: true, role: 'alert' })
  const amount = invoice.total_amount ?? invoice.amount
  const isStars = invoice.currency === 'XTR'
  const pay = el(
    'button',
    { type: 'button', class: 'primary' },
    `${t('pay')} `,
    ...price(amount, invoice.currency),
  )
  const label = [...pay.childNodes]
  pay.addEventListener('click', async () => {
    pay.disabled = true
    pay.textContent = t('paying')
    problem.hidden = true
    try {
      const { outcome, errorMessage } = await api.pay(person.id, payment)
      if (outcome === 'paid') {
        status = 'paid'
        closeDialog()
        return toast(t('paid'))
      }
      status = 'failed'
      problem.textContent = outcome === 'refused' && errorMessage ? errorMessage : t(OUTCOMES[outcome])
    } catch (error) {
      problem.textContent = explain(error)
    }
    problem.hidden = false
    pay.disabled = false
    pay.replaceChildren(...label)
  })
  const line = (className, name, ...value) =>
    el('div', {}, el('span', {}, name), el('span', { class: className }, ...value))
  const bill = el('div', { class: 'bill' }, line('price', invoice.title, ...price(amount, invoice.currency)))
  if (isStars) bill.append(line('', t('balance'), ...price(person.stars, 'XTR')))
  const short = isStars && person.stars < amount ? el('p', {}, t('refill')) : undefined
  await openDialog(
    '',
    el('h2', {}, t('invoice')),
    el('p', {}, invoice.description),
    bill,
    short ?? '',
    problem,
    actions(cancelButton(), pay),
  )
  return status
}
