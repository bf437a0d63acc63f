import type { ThemeParams } from './theme.ts'
import type { WebApp } from './web-app.ts'

/** What of a window the talk with a web client needs. */
type Frame = {
  parent: { postMessage: (message: string, origin: string) => void }
  addEventListener: (type: 'message', listener: (event: MessageEvent) => void) => void
}

type Fields = Readonly<Record<string, unknown>>

const INVOICE = /^\/(?:\$|invoice\/)([\w-]+)$/

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

const parse = (data: unknown): { type: string; fields: Fields } | undefined => {
  try {
    const message: unknown = typeof data === 'string' ? JSON.parse(data) : data
    if (!isFields(message) || typeof message.eventType !== 'string') return undefined
    return { type: message.eventType, fields: isFields(message.eventData) ? message.eventData : {} }
  } catch {
    return undefined // of somebody else
  }
}

/**
 * Telegram's web clients show the page in a frame and talk with it by messages (core.telegram.org/api/web-events). Where their script does not
 * load, this says the few things that matter itself. Nothing secret is said, and only the frame's parent is listened to: who that may be is
 * what the page's policy (frame-ancestors) decides.
 */
export const createFrameApp = (frame: Frame): WebApp => {
  const listeners = new Map<string, Set<(fields: Fields) => void>>()
  const say = (eventType: string, eventData: Fields = {}): void =>
    frame.parent.postMessage(JSON.stringify({ eventType, eventData }), '*')
  const hear = (type: string, listener: (fields: Fields) => void): void => {
    const known = listeners.get(type) ?? new Set()
    listeners.set(type, known.add(listener))
  }
  frame.addEventListener('message', ({ source, data }) => {
    const message = source === (frame.parent as unknown) ? parse(data) : undefined
    if (message === undefined) return
    for (const listener of [...(listeners.get(message.type) ?? [])]) listener(message.fields)
  })
  const backHandlers = new Set<() => void>()
  hear('back_button_pressed', () => {
    for (const handler of [...backHandlers]) handler()
  })
  const app: WebApp = {
    themeParams: {},
    ready: () => {
      say('web_app_ready')
      say('web_app_request_theme')
    },
    expand: () => say('web_app_expand'),
    close: () => say('web_app_close'),
    onEvent: (_name, handler) =>
      hear('theme_changed', ({ theme_params: params }) => {
        app.themeParams = isFields(params) ? (params satisfies ThemeParams) : {}
        handler()
      }),
    openInvoice: (url, closed) => {
      const slug = INVOICE.exec(new URL(url).pathname)?.[1] ?? ''
      const listener = (fields: Fields): void => {
        if (fields.slug !== slug) return
        listeners.get('invoice_closed')?.delete(listener)
        closed(String(fields.status))
      }
      hear('invoice_closed', listener)
      say('web_app_open_invoice', { slug })
    },
    openLink: (url) => say('web_app_open_link', { url }),
    openTelegramLink: (url) => {
      const { pathname, search } = new URL(url)
      say('web_app_open_tg_link', { path_full: `${pathname}${search}` })
    },
    enableClosingConfirmation: () => say('web_app_setup_closing_behavior', { need_confirmation: true }),
    disableClosingConfirmation: () => say('web_app_setup_closing_behavior', { need_confirmation: false }),
    BackButton: {
      show: () => say('web_app_setup_back_button', { is_visible: true }),
      hide: () => say('web_app_setup_back_button', { is_visible: false }),
      onClick: (handler) => void backHandlers.add(handler),
      offClick: (handler) => void backHandlers.delete(handler),
    },
    HapticFeedback: {
      notificationOccurred: (kind) =>
        say('web_app_trigger_haptic_feedback', { type: 'notification', notification_type: kind }),
    },
  }
  return app
}
