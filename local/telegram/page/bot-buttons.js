import { api } from './api.js'
import { openApp } from './app-panel.js'
import { askPayment } from './bill.js'
import { showAlert, showPhoto, showPopup, toast } from './dialogs.js'
import { byId } from './dom.js'
import { t } from './i18n.js'
import { jumpTo } from './message-list.js'

const INVOICE_LINK = /^https:\/\/t\.me\/(?:\$|invoice\/)([\w-]+)$/

const isWebLink = (url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)

/**
 * Makes everything in the chat work that can be clicked. `currentPerson` says who clicks, `sendText` writes in their name,
 * `fail` shows an error.
 */
export const startBotButtons = (currentPerson, sendText, fail) => {
  let bot

  /** `keyboardButton`: the words of the button under the input field, whose app may send the bot a text. */
  const openWebApp = (url, keyboardButton) => {
    const { id } = currentPerson()
    const client = {
      fail,
      showPopup,
      payInvoice: (slug) => payLink(slug),
      openTelegramLink: openLink,
      sendData: async (data) => {
        if (keyboardButton !== undefined) await api.sendData(id, keyboardButton, data)
      },
    }
    return openApp(currentPerson(), url, client).catch(fail)
  }

  const press = async (element, message, button) => {
    element.setAttribute('aria-busy', 'true')
    try {
      const { answer } = await api.press(currentPerson().id, message.message_id, button.callback_data)
      if (answer === undefined) toast(t('noAnswer'))
      else if (answer.text && answer.showAlert) void showAlert(answer.text)
      else if (answer.text) toast(answer.text)
    } catch (error) {
      fail(error)
    }
    element.removeAttribute('aria-busy')
  }

  const payLink = async (slug) => {
    const link = `https://t.me/$${slug}`
    return askPayment(currentPerson(), await api.invoice(slug), { invoiceLink: link })
  }

  /** A link to this bot's own chat: what START sends there. */
  const startOf = (url) => {
    const link = URL.canParse(url) ? new URL(url) : undefined
    if (link?.host !== 't.me' || link.pathname.toLowerCase() !== `/${bot.username}`) return undefined
    return `/start ${link.searchParams.get('start') ?? ''}`.trim()
  }

  const openLink = (url) => {
    const slug = INVOICE_LINK.exec(url)?.[1]
    const start = startOf(url)
    if (slug !== undefined) payLink(slug).catch(fail)
    else if (start !== undefined) void sendText(start)
    else if (isWebLink(url)) window.open(url, '_blank', 'noopener,noreferrer')
  }

  const useButton = (element, message, button) => {
    if (button.pay) void askPayment(currentPerson(), message.invoice, { messageId: message.message_id })
    else if (button.url !== undefined) openLink(button.url)
    else if (button.web_app !== undefined) void openWebApp(button.web_app.url)
    else if (button.copy_text !== undefined)
      navigator.clipboard.writeText(button.copy_text.text).then(() => toast(t('copied')), fail)
    else if (button.callback_data !== undefined) void press(element, message, button)
  }

  byId('messages').addEventListener('click', (event) => {
    const target = event.target.closest('button, a')
    if (target === null) return
    const item = target.closest('li')
    if (target.botButton !== undefined) useButton(target, item.message, target.botButton)
    else if (target.dataset.command !== undefined) void sendText(target.dataset.command)
    else if (target.dataset.photo !== undefined) void showPhoto(target.dataset.photo, item.message.caption)
    else if (target.dataset.jump !== undefined) jumpTo(target.dataset.jump)
    else if (target.classList.contains('spoiler')) target.classList.add('shown')
    else if (INVOICE_LINK.test(target.dataset.link ?? '') || startOf(target.dataset.link) !== undefined) {
      event.preventDefault()
      openLink(target.dataset.link)
    }
  })

  return {
    openWebApp,
    setBot: (known) => {
      bot = known
    },
  }
}
