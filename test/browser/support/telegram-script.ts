import type { BrowserContext } from 'playwright-core'

/**
 * What the pages use of https://telegram.org/js/telegram-web-app.js, in its words: the same messages to and from whoever shows the page in a frame.
 * The true script never comes here.
 */
const SCRIPT = `(() => {
  const listeners = {}
  const ask = (eventType, eventData = {}) => parent.postMessage(JSON.stringify({ eventType, eventData }), '*')
  const on = (name, listener) => (listeners[name] ??= []).push(listener)
  const off = (name, listener) => { listeners[name] = (listeners[name] ?? []).filter((one) => one !== listener) }
  const tell = (name, data) => { for (const listener of listeners[name] ?? []) listener(data) }
  const invoices = new Map()
  const app = {
    themeParams: JSON.parse(new URLSearchParams(location.hash.slice(1)).get('tgWebAppThemeParams') ?? '{}'),
    ready: () => ask('web_app_ready'),
    expand: () => ask('web_app_expand'),
    close: () => ask('web_app_close'),
    isVersionAtLeast: () => true,
    onEvent: on,
    openInvoice: (url, closed) => {
      const slug = new URL(url).pathname.replace(/^\\/(\\$|invoice\\/)/, '')
      invoices.set(slug, closed)
      ask('web_app_open_invoice', { slug })
    },
    openLink: (url) => ask('web_app_open_link', { url }),
    openTelegramLink: (url) => ask('web_app_open_tg_link', { path_full: new URL(url).pathname + new URL(url).search }),
    enableClosingConfirmation: () => ask('web_app_setup_closing_behavior', { need_confirmation: true }),
    disableClosingConfirmation: () => ask('web_app_setup_closing_behavior', { need_confirmation: false }),
    BackButton: {
      show: () => ask('web_app_setup_back_button', { is_visible: true }),
      hide: () => ask('web_app_setup_back_button', { is_visible: false }),
      onClick: (listener) => on('back', listener),
      offClick: (listener) => off('back', listener),
    },
    HapticFeedback: { notificationOccurred: (type) => ask('web_app_trigger_haptic_feedback', { type }) },
  }
  addEventListener('message', ({ source, data }) => {
    if (source !== parent || typeof data !== 'string') return
    const { eventType, eventData } = JSON.parse(data)
    if (eventType === 'back_button_pressed') tell('back')
    if (eventType === 'invoice_closed') invoices.get(eventData.slug)?.(eventData.status)
    if (eventType === 'theme_changed') {
      app.themeParams = eventData.theme_params
      tell('themeChanged')
    }
  })
  window.Telegram = { WebApp: app }
})()`

/** From now on Telegram's script comes. */
export const serveTelegramScript = (context: BrowserContext): Promise<unknown> =>
  context.route('https://telegram.org/js/telegram-web-app.js*', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: SCRIPT }),
  )
