import type { Config } from '#shared/platform/config.ts'

/** Telegram's web clients, which show a Mini App in a frame. Its apps show no frame: theirs is a window of its own. */
const TELEGRAM_WEB = [
  'https://web.telegram.org',
  'https://webk.telegram.org',
  'https://weba.telegram.org',
  'https://webz.telegram.org',
]

/** What the page may do: its own files, Telegram's script, pictures of the object store; nothing inline, nothing of anybody else. */
const policyOf = ({ page }: Config): string =>
  [
    "default-src 'none'",
    "script-src 'self' https://telegram.org",
    "style-src 'self'",
    `img-src 'self' blob: data:${page?.imageOrigin === undefined ? '' : ` ${page.imageOrigin}`}`,
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'self'",
    "form-action 'none'",
    `frame-ancestors ${[...TELEGRAM_WEB, ...(page?.frameOrigins ?? [])].join(' ')}`,
  ].join('; ')

/** Headers of the page itself. */
export const pageHeaders = (config: Config): Record<string, string> => ({
  'content-security-policy': policyOf(config),
  // the address may hold a link for logging in, and Telegram puts initData behind it
  'referrer-policy': 'no-referrer',
  'permissions-policy':
    'camera=(self), microphone=(), geolocation=(), payment=(), usb=(), serial=(), display-capture=()',
  'cross-origin-resource-policy': 'same-origin',
})
