import { TEXTS } from './texts.js'

const STORED = 'kopeika-language'

let language =
  localStorage.getItem(STORED) ?? (navigator.language.toLowerCase().startsWith('ru') ? 'ru' : 'en')
if (!(language in TEXTS)) language = 'en'

export const currentLanguage = () => language

export const t = (key) => TEXTS[language][key]

/** What went wrong, in the person's language; what Telegram says in English where the page knows no words for it. */
export const explain = ({ message }) => {
  const errors = t('errors')
  const known = Object.keys(errors).find((part) => message.includes(part))
  return known === undefined ? message : errors[known]
}

/** Puts the texts into everything that names one: `data-i18n`, `data-i18n-label`, `data-i18n-placeholder`. */
export const translatePage = () => {
  document.documentElement.lang = language
  for (const element of document.querySelectorAll('[data-i18n]'))
    element.textContent = t(element.dataset.i18n)
  for (const element of document.querySelectorAll('[data-i18n-label]')) {
    element.setAttribute('aria-label', t(element.dataset.i18nLabel))
    element.title = t(element.dataset.i18nLabel)
  }
  for (const element of document.querySelectorAll('[data-i18n-placeholder]')) {
    element.placeholder = t(element.dataset.i18nPlaceholder)
  }
}

export const switchLanguage = () => {
  language = language === 'ru' ? 'en' : 'ru'
  localStorage.setItem(STORED, language)
  translatePage()
}

/** Takes over the language that another pane or tab has chosen; then calls back. */
export const followLanguage = (onChange) =>
  window.addEventListener('storage', ({ key, newValue }) => {
    if (key !== STORED || !(newValue in TEXTS)) return
    language = newValue
    translatePage()
    onChange()
  })

/** 0:07, 12:05, 1:02:05. */
export const formatDuration = (seconds) => {
  const two = (value) => String(value).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
}

const locale = () => (language === 'ru' ? 'ru-RU' : 'en-GB')

export const formatTime = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString(locale(), { hour: '2-digit', minute: '2-digit' })

export const formatDay = (seconds) => {
  const date = new Date(seconds * 1000)
  const days = Math.round(
    (new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86_400_000,
  )
  if (days === 0) return t('today')
  if (days === 1) return t('yesterday')
  return date.toLocaleDateString(locale(), {
    day: 'numeric',
    month: 'long',
    year: days > 300 ? 'numeric' : undefined,
  })
}

export const formatNumber = (value) => value.toLocaleString(locale())

export const formatBytes = (bytes) => {
  const step = bytes < 1024 ? 0 : bytes < 1024 ** 2 ? 1 : 2
  const value = bytes / 1024 ** step
  return `${value.toLocaleString(locale(), { maximumFractionDigits: step === 0 || value >= 10 ? 0 : 1 })} ${t('units')[step]}`
}

/** A price: whole Stars (the caller adds the star), or money in the smallest units of its currency. */
export const formatMoney = (amount, currency) =>
  currency === 'XTR'
    ? formatNumber(amount)
    : (amount / 100).toLocaleString(locale(), { style: 'currency', currency })
