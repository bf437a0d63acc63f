import { el, icon } from './dom.js'
import { formatBytes, formatDuration, formatMoney, formatTime, t } from './i18n.js'
import { richText } from './rich-text.js'

const fileUrl = (fileId) => `/sim/files/${encodeURIComponent(fileId)}`

/** A price with its star, as nodes. */
export const price = (amount, currency) =>
  currency === 'XTR'
    ? [formatMoney(amount, currency), ' ', icon('star', 'star')]
    : [formatMoney(amount, currency)]

const meta = (message) =>
  el(
    'span',
    { class: 'meta' },
    message.edit_date === undefined ? undefined : t('edited'),
    el('time', { dateTime: new Date(message.date * 1000).toISOString() }, formatTime(message.date)),
    message.from.is_bot ? undefined : icon('ticks'),
  )

const summary = (message) =>
  message.text ??
  message.caption ??
  (message.photo === undefined
    ? (message.document?.file_name ??
      message.audio?.file_name ??
      (message.voice === undefined ? (message.invoice?.title ?? '') : t('voice')))
    : t('photo'))

const quote = (message) => {
  const replied = message.reply_to_message
  if (replied === undefined) return undefined
  const author = replied.from.is_bot ? replied.from.first_name : t('you')
  return el(
    'button',
    { type: 'button', class: 'quote', 'data-jump': String(replied.message_id) },
    el('b', {}, author),
    el('span', {}, summary(replied)),
  )
}

const photo = (sizes) => {
  const largest = sizes.at(-1)
  const image = el('img', { src: fileUrl(largest.file_id), alt: t('photo'), loading: 'lazy' })
  image.width = largest.width
  image.height = largest.height
  return el(
    'button',
    { type: 'button', class: 'photo', 'data-photo': fileUrl(largest.file_id), 'aria-label': t('photo') },
    image,
  )
}

const fileCard = (file) => {
  const name = file.file_name ?? t('file')
  const extension = /\.([^.]{1,4})$/.exec(name)?.[1]
  return el(
    'a',
    { class: 'file', href: fileUrl(file.file_id), download: name },
    el('span', { class: 'badge' }, extension ?? icon('file')),
    el('span', { class: 'facts' }, el('b', {}, name), el('span', {}, formatBytes(file.file_size ?? 0))),
  )
}

/** A recording with the browser's own player. */
const recordingCard = (recording) => {
  const player = el('audio', { src: fileUrl(recording.file_id), preload: 'none' })
  player.controls = true
  // its menu of further things finds no room on a phone
  player.setAttribute('controlslist', 'nodownload noplaybackrate')
  const name = recording.file_name ?? t('voice')
  return el(
    'div',
    { class: 'recording' },
    el('span', { class: 'badge' }, icon('mic')),
    el(
      'span',
      { class: 'about' },
      el('b', {}, name),
      el('small', {}, `${formatDuration(recording.duration)} · ${formatBytes(recording.file_size ?? 0)}`),
      player,
    ),
  )
}

const invoiceCard = (invoice) =>
  el(
    'div',
    { class: 'invoice' },
    el('b', {}, invoice.title),
    el('p', {}, invoice.description),
    el('span', { class: 'cost' }, ...price(invoice.total_amount, invoice.currency)),
  )

const bubble = (message) => {
  const text = message.text ?? message.caption
  const parts = [quote(message)]
  if (message.photo !== undefined) parts.push(photo(message.photo))
  if (message.document !== undefined) parts.push(fileCard(message.document))
  const recording = message.voice ?? message.audio
  if (recording !== undefined) parts.push(recordingCard(recording))
  if (message.invoice !== undefined) parts.push(invoiceCard(message.invoice))
  if (text !== undefined) {
    const nodes = richText(text, message.entities ?? message.caption_entities)
    parts.push(el('div', { class: 'text' }, ...nodes, meta(message)))
  } else parts.push(meta(message))
  return el('div', { class: message.photo === undefined ? 'bubble' : 'bubble media' }, ...parts)
}

/** The pay button's own text is in the bot's language only where the bot chose one. */
const payLabel = (button, invoice) =>
  /^Pay (⭐|\d+\.\d\d [A-Z]{3}$)/u.test(button.text) && invoice !== undefined
    ? [`${t('pay')} `, ...price(invoice.total_amount, invoice.currency)]
    : [button.text]

const CORNER = [
  ['url', 'link'],
  ['web_app', 'app'],
  ['pay', 'card'],
]

const keyboard = (message) => {
  const rows = message.reply_markup?.inline_keyboard
  if (rows === undefined) return undefined
  const button = (shown) => {
    const corner = CORNER.find(([field]) => field in shown)
    const label = shown.pay ? payLabel(shown, message.invoice) : [shown.text]
    const element = el(
      'button',
      { type: 'button' },
      ...label,
      corner === undefined ? undefined : icon(corner[1]),
    )
    element.botButton = shown
    return element
  }
  return el('div', { class: 'keyboard' }, ...rows.map((row) => el('div', {}, ...row.map(button))))
}

const service = (message) => {
  if (message.web_app_data !== undefined) return el('span', {}, t('sentData'))
  const paid = message.successful_payment
  const money = paid ?? message.refunded_payment
  if (money === undefined) return undefined
  const text = t(paid === undefined ? 'refundService' : 'paidService')
  return el('span', {}, `${text} `, ...price(money.total_amount, money.currency))
}

/** The list item of a message. Clicks are handled where the list is. */
export const renderMessage = (message) => {
  const pill = service(message)
  const item =
    pill === undefined
      ? el(
          'li',
          { class: `message ${message.from.is_bot ? 'in' : 'out'}` },
          bubble(message),
          keyboard(message),
        )
      : el('li', { class: 'service' }, pill)
  item.dataset.id = String(message.message_id)
  item.dataset.day = new Date(message.date * 1000).toDateString()
  item.message = message
  return item
}
