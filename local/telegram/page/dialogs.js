import { api } from './api.js'
import { byId, el, icon } from './dom.js'
import { currentLanguage, explain, formatBytes, t } from './i18n.js'

const dialog = byId('dialog')
const TOAST_MS = 4000

/** Says something in passing, above dialogs too: what was opened last lies on top. */
export const toast = (text) => {
  const toasts = byId('toasts')
  const element = el('div', { class: 'toast' }, text)
  toasts.append(element)
  if (toasts.matches(':popover-open')) toasts.hidePopover()
  toasts.showPopover()
  setTimeout(() => {
    element.remove()
    if (toasts.childElementCount === 0 && toasts.matches(':popover-open')) toasts.hidePopover()
  }, TOAST_MS)
}

/** Opens the dialog; resolves when it is closed. Its name is its heading, or its whole text where it has none. */
export const openDialog = (className, ...children) => {
  dialog.className = `dialog ${className}`
  dialog.replaceChildren(...children.filter((child) => child !== undefined))
  const named = dialog.querySelector('h2, p, img') ?? dialog
  named.id = 'dialog-title'
  dialog.showModal()
  return new Promise((resolve) => {
    const finish = () => {
      dialog.replaceChildren()
      resolve()
    }
    dialog.addEventListener('close', finish, { once: true })
  })
}

export const closeDialog = () => dialog.close('')

export const actions = (...buttons) => el('div', { class: 'actions' }, ...buttons)

export const cancelButton = () => el('button', { type: 'button', onclick: closeDialog }, t('cancel'))

dialog.addEventListener('click', (event) => {
  if (event.target === dialog) closeDialog()
})

export const showAlert = (text) =>
  openDialog(
    'alert',
    el('p', {}, text),
    actions(el('button', { type: 'button', class: 'primary', onclick: closeDialog }, t('ok'))),
  )

/** A question of a Mini App: words and up to three buttons, as Telegram's clients show them. Answers the id of the pressed one, if any. */
export const showPopup = async ({ title, message, buttons = [] }) => {
  const LABELS = { ok: t('ok'), close: t('close'), cancel: t('cancel') }
  let pressed
  const button = ({ id = '', type = 'default', text }) =>
    el(
      'button',
      {
        type: 'button',
        class: type === 'destructive' ? 'danger' : undefined,
        onclick: () => {
          pressed = id
          closeDialog()
        },
      },
      LABELS[type] ?? text ?? t('ok'),
    )
  await openDialog(
    'alert',
    title ? el('h2', {}, title) : undefined,
    el('p', {}, message ?? ''),
    actions(...(buttons.length === 0 ? [{ type: 'close' }] : buttons).map(button)),
  )
  return pressed
}

/** A Mini App has said that something in it is not saved. */
export const askToClose = async () => {
  const buttons = [
    { id: 'stay', type: 'cancel' },
    { id: 'close', type: 'destructive', text: t('closeAnyway') },
  ]
  return (await showPopup({ message: t('unsaved'), buttons })) === 'close'
}

export const showPhoto = (url, caption) =>
  openDialog(
    'viewer',
    el('img', { src: url, alt: caption ?? t('photo'), onclick: closeDialog }),
    caption === undefined ? undefined : el('p', {}, caption),
    el(
      'div',
      { class: 'tools' },
      el(
        'a',
        { href: url, download: 'photo.jpg', 'aria-label': t('download'), title: t('download') },
        icon('download'),
      ),
      el(
        'button',
        { type: 'button', 'aria-label': t('close'), title: t('close'), onclick: closeDialog },
        icon('close'),
      ),
    ),
  )

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
    closeDialog()
  }
  await openDialog(
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
    closeDialog()
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
  const closed = openDialog('', form)
  caption.focus()
  await closed
  if (url !== undefined) URL.revokeObjectURL(url)
  return answer
}
