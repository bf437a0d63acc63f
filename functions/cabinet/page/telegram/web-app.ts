import type { ThemeParams } from './theme.ts'

/** What the page uses of Telegram's script (core.telegram.org/bots/webapps); older apps lack some of it. */
export type WebApp = {
  themeParams?: ThemeParams
  ready?: () => void
  expand?: () => void
  close?: () => void
  isVersionAtLeast?: (version: string) => boolean
  onEvent?: (name: 'themeChanged', handler: () => void) => void
  openInvoice?: (url: string, closed: (status: string) => void) => void
  openLink?: (url: string) => void
  openTelegramLink?: (url: string) => void
  enableClosingConfirmation?: () => void
  disableClosingConfirmation?: () => void
  BackButton?: {
    show: () => void
    hide: () => void
    onClick: (handler: () => void) => void
    offClick: (handler: () => void) => void
  }
  HapticFeedback?: { notificationOccurred: (kind: 'success' | 'warning' | 'error') => void }
}

declare global {
  interface Window {
    Telegram?: { WebApp?: WebApp }
  }
}

/** Telegram around the page. Everything works without it too: then each call does the next best thing, or nothing. */
export type Telegram = {
  isInside: boolean
  /** Resolves with what Telegram says of the payment; undefined where it cannot show an invoice, and nothing was opened. */
  openInvoice: (url: string) => Promise<string> | undefined
  /** Whether Telegram took the link. */
  openLink: (url: string) => boolean
  /** Shows Telegram's own Back; returns the way to take it away. */
  showBack: (goBack: () => void) => () => void
  vibrate: (kind: 'success' | 'warning' | 'error') => void
  /** Asks before the page is closed, while something typed is not saved. */
  guardClosing: (isGuarded: boolean) => void
  close: () => void
}

const isTelegramLink = (url: string): boolean => URL.canParse(url) && new URL(url).hostname === 't.me'

/** Older apps have the methods, but only complain when they are called. */
const knows = (app: WebApp | undefined, version: string): app is WebApp =>
  app !== undefined && app.isVersionAtLeast?.(version) !== false

export const createTelegram = (isInside: boolean, find: () => WebApp | undefined): Telegram => {
  const app = (version = '6.0'): WebApp | undefined => {
    const found = isInside ? find() : undefined
    return knows(found, version) ? found : undefined
  }
  return {
    isInside,
    openInvoice: (url) => {
      const found = app('6.1')
      const open = found?.openInvoice
      if (open === undefined || !isTelegramLink(url)) return undefined
      return new Promise((resolve) => {
        open.call(found, url, resolve)
      })
    },
    openLink: (url) => {
      const [open, found] = isTelegramLink(url)
        ? [app('6.1')?.openTelegramLink, app('6.1')]
        : [app('6.1')?.openLink, app('6.1')]
      open?.call(found, url)
      return open !== undefined
    },
    showBack: (goBack) => {
      const button = app('6.1')?.BackButton
      button?.onClick(goBack)
      button?.show()
      return () => {
        button?.offClick(goBack)
        button?.hide()
      }
    },
    vibrate: (kind) => app('6.1')?.HapticFeedback?.notificationOccurred(kind),
    guardClosing: (isGuarded) => {
      const found = app('6.2')
      if (isGuarded) found?.enableClosingConfirmation?.()
      else found?.disableClosingConfirmation?.()
    },
    close: () => app()?.close?.(),
  }
}

const SCRIPT = 'https://telegram.org/js/telegram-web-app.js'

/** Loads Telegram's script beside everything else; the page never waits for it, and does without where it does not come. */
export const loadTelegramScript = (page: Document, loaded: () => void): void => {
  const script = page.createElement('script')
  script.src = SCRIPT
  script.async = true
  script.addEventListener('load', loaded)
  page.head.append(script)
}
