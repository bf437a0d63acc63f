import { api } from './api.js'
import { price } from './bubbles.js'
import { byId, el } from './dom.js'
import { currentLanguage, explain, formatBytes, formatNumber, t } from './i18n.js'

const dialog = byId('dialog')
const TOAST_MS = 4000

export const toast = (text) => {
  const element = el('div', { class: 'toast' }, text)
  byId('toasts').append(element)
  setTimeout(() => element.remove(), TOAST_MS)
}

const open = (className, ...children) => {
  dialog.className = `dialog ${className}`
  dialog.replaceChildren(...children)
  dialog.showModal()
  return new Promise((resolve) => {
    const finish = () => {
      dialog.replaceChildren()
      resolve()
    }
    dialog.addEventListener('close', finish, { once: true })
  })
}

const actions = (...buttons) => el('div', { class: 'actions' }, ...buttons)

const cancelButton = () => el('button', { type: 'button', onclick: () => dialog.close('') }, t('cancel'))

dialog.addEventListener('click', (event) => {
  if (event.target === dialog) dialog.close('')
})

export const showAlert = (text) =>
  open(
    'alert',
    el('p', {}, text),
    actions(el('button', { type: 'button', class: 'primary', onclick: () => dialog.close('') }, t('ok'))),
  )

export const showPhoto = (url) =>
  open('viewer', el('img', { src: url, alt: t('photo'), onclick: () => dialog.close('') }))

/** Asks for a name and a language; answers the new person, or undefined. */
export const askNewPerson = async () => {
  const name = el('input', { type: 'text', name: 'name', maxLength: 64, required: true, autocomplete: 'off' })
  const language = el(
    'select',
    { name: 'language' },
    el('option', { value: 'ru' }, 'Русский'),
    el('option', { value: 'en' }, 'English'),
  )
  language.value = currentLanguage()
  let person
  const submit = async (event) => {
    event.preventDefault()
    const firstName = name.value.trim()
    if (firstName === '') return name.focus()
    try {
      person = await api.addPerson({ firstName, languageCode: language.value })
    } catch (error) {
      toast(explain(error))
    }
    dialog.close('')
  }
  await open(
    '',
    el(
      'form',
      { onsubmit: submit },
      el('h2', {}, t('newPerson')),
      el('label', {}, t('name'), name),
      el('label', {}, t('language'), language),
      actions(cancelButton(), el('button', { type: 'submit', class: 'primary' }, t('create'))),
    ),
  )
  return person
}

const OUTCOMES = { refused: 'refused', expired: 'expired' }

/** Shows the bill and pays it. `payment` is what the control API takes. */
export const askPayment = (person, invoice, payment) => {
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
        dialog.close('')
        return toast(t('paid'))
      }
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
  return open(
    '',
    el('h2', {}, t('invoice')),
    el('p', {}, invoice.description),
    bill,
    short ?? '',
    problem,
    actions(cancelButton(), pay),
  )
}

/** What Telegram's apps make of a file unless told otherwise: the field that it is sent in. */
const fieldOf = (file) => {
  if (/^image\/(jpeg|png|webp)$/.test(file.type)) return 'photo'
  if (/^audio\/(ogg|opus)$/.test(file.type)) return 'voice'
  return file.type.startsWith('audio/') ? 'audio' : 'document'
}

const TITLE_OF_FIELD = { photo: 'sendPhoto', voice: 'sendVoice', audio: 'sendAudio', document: 'sendFile' }

/** Shows what is about to be sent; answers `{ field, caption }`, or undefined. */
export const askSend = async (file) => {
  const field = fieldOf(file)
  const isPhoto = field === 'photo'
  const caption = el('input', { type: 'text', maxLength: 1024, autocomplete: 'off' })
  const asFile = el('input', { type: 'checkbox' })
  const preview = isPhoto ? el('img', { class: 'preview', alt: '' }) : undefined
  const url = isPhoto ? URL.createObjectURL(file) : undefined
  if (preview !== undefined) preview.src = url
  let answer
  const submit = (event) => {
    event.preventDefault()
    answer = { field: asFile.checked ? 'document' : field, caption: caption.value.trim() }
    dialog.close('')
  }
  const form = el(
    'form',
    { onsubmit: submit },
    el('h2', {}, t(TITLE_OF_FIELD[field])),
    preview,
    el('p', {}, `${file.name} · ${formatBytes(file.size)}`),
    el('label', {}, t('caption'), caption),
    field === 'document'
      ? undefined
      : el('label', { class: 'row' }, asFile, t(isPhoto ? 'asFile' : 'asPlainFile')),
    actions(cancelButton(), el('button', { type: 'submit', class: 'primary' }, t('send'))),
  )
  const closed = open('', form)
  caption.focus()
  await closed
  if (url !== undefined) URL.revokeObjectURL(url)
  return answer
}

/** `1 234` and its star, for the header. */
export const starsText = (person) => formatNumber(person.stars)
