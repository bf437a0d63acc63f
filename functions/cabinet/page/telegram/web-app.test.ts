import { expect, test, vi } from 'vitest'
import { createTelegram, loadTelegramScript, type WebApp } from './web-app.ts'

const INVOICE = 'https://t.me/$slug'

const appOf = (version: number) => {
  const calls: string[] = []
  const app = {
    isVersionAtLeast: (wanted) => version >= Number(wanted),
    openInvoice: (url, closed) => {
      calls.push(`invoice ${url}`)
      closed('paid')
    },
    openLink: (url) => void calls.push(`link ${url}`),
    openTelegramLink: (url) => void calls.push(`telegram ${url}`),
    enableClosingConfirmation: () => void calls.push('guard'),
    disableClosingConfirmation: () => void calls.push('unguard'),
    close: () => void calls.push('close'),
    BackButton: {
      show: () => void calls.push('show'),
      hide: () => void calls.push('hide'),
      onClick: () => void calls.push('on'),
      offClick: () => void calls.push('off'),
    },
    HapticFeedback: { notificationOccurred: (kind) => void calls.push(kind) },
  } satisfies WebApp
  return { app, calls }
}

test('asks Telegram for everything that it can do', async () => {
  const { app, calls } = appOf(9)
  const telegram = createTelegram(true, () => app)
  expect(await telegram.openInvoice(INVOICE)).toBe('paid')
  expect(telegram.openLink('https://t.me/bot')).toBe(true)
  expect(telegram.openLink('https://example.com/pay')).toBe(true)
  telegram.showBack(() => undefined)()
  telegram.vibrate('success')
  telegram.guardClosing(true)
  telegram.guardClosing(false)
  telegram.close()
  expect(calls).toEqual([
    `invoice ${INVOICE}`,
    'telegram https://t.me/bot',
    'link https://example.com/pay',
    'on',
    'show',
    'off',
    'hide',
    'success',
    'guard',
    'unguard',
    'close',
  ])
})

test.each([
  ['outside of Telegram', false, () => appOf(9).app],
  ['while its script has not come', true, () => undefined],
  ['in an app that is too old', true, () => appOf(6).app],
])('%s nothing breaks, and the caller does it itself', (_name, isInside, find) => {
  const telegram = createTelegram(isInside, find)
  expect(telegram.openInvoice(INVOICE)).toBeUndefined()
  expect(telegram.openLink('https://t.me/bot')).toBe(false)
  telegram.showBack(() => undefined)()
  telegram.vibrate('error')
  telegram.guardClosing(true)
})

test("an invoice that is not Telegram's is none of its business", () => {
  const { app, calls } = appOf(9)
  expect(createTelegram(true, () => app).openInvoice('https://yookassa.example/pay')).toBeUndefined()
  expect(calls).toEqual([])
})

test("Telegram's script is loaded beside everything else", () => {
  const script = {
    addEventListener: vi.fn<(name: string, handler: () => void) => void>(),
  } as unknown as HTMLScriptElement
  const append = vi.fn<(node: unknown) => void>()
  const loaded = vi.fn<() => void>()
  loadTelegramScript({ createElement: () => script, head: { append } } as unknown as Document, loaded)
  expect(append).toHaveBeenCalledExactlyOnceWith(script)
  expect(script).toMatchObject({ src: 'https://telegram.org/js/telegram-web-app.js', async: true })
  expect(loaded).not.toHaveBeenCalled()
})
