import { expect, test, vi } from 'vitest'
import { createFrameApp } from './frame-app.ts'

const makeFrame = () => {
  const said: unknown[] = []
  const listeners: ((event: MessageEvent) => void)[] = []
  const parent = { postMessage: (message: string) => void said.push(JSON.parse(message)) }
  const app = createFrameApp({ parent, addEventListener: (_type, listener) => void listeners.push(listener) })
  const tell = (data: unknown, source: unknown = parent): void => {
    for (const listener of listeners) listener({ source, data } as MessageEvent)
  }
  const event = (eventType: string, eventData: unknown): string => JSON.stringify({ eventType, eventData })
  return { app, said, tell, event }
}

test('an invoice is opened by its slug, and its end heard once', () => {
  const { app, said, tell, event } = makeFrame()
  const closed = vi.fn<(status: string) => void>()
  app.openInvoice?.('https://t.me/$a-slug', closed)
  expect(said).toEqual([{ eventType: 'web_app_open_invoice', eventData: { slug: 'a-slug' } }])
  tell(event('invoice_closed', { slug: 'another', status: 'paid' }))
  expect(closed).not.toHaveBeenCalled()
  tell(event('invoice_closed', { slug: 'a-slug', status: 'cancelled' }))
  tell(event('invoice_closed', { slug: 'a-slug', status: 'paid' }))
  expect(closed).toHaveBeenCalledExactlyOnceWith('cancelled')
})

test('Back and the theme are heard from the parent, and from nobody else', () => {
  const { app, tell, event } = makeFrame()
  const goBack = vi.fn<() => void>()
  const repaint = vi.fn<() => void>()
  app.BackButton?.onClick(goBack)
  app.onEvent?.('themeChanged', repaint)
  tell(event('back_button_pressed', null), 'a stranger')
  tell('not JSON')
  tell({ eventType: 7 })
  expect(goBack).not.toHaveBeenCalled()
  tell(event('back_button_pressed', null))
  expect(goBack).toHaveBeenCalledOnce()
  tell({ eventType: 'theme_changed', eventData: { theme_params: { bg_color: '#101010' } } })
  expect(repaint).toHaveBeenCalledOnce()
  expect(app.themeParams).toEqual({ bg_color: '#101010' })
  app.BackButton?.offClick(goBack)
  tell(event('back_button_pressed', null))
  expect(goBack).toHaveBeenCalledOnce()
})

test('says what the page wants in the words of the protocol', () => {
  const { app, said } = makeFrame()
  app.ready?.()
  app.expand?.()
  app.openLink?.('https://example.com/')
  app.openTelegramLink?.('https://t.me/kopeika_bot?start=x')
  app.enableClosingConfirmation?.()
  app.disableClosingConfirmation?.()
  app.BackButton?.show()
  app.BackButton?.hide()
  app.HapticFeedback?.notificationOccurred('error')
  app.close?.()
  expect(said).toEqual([
    { eventType: 'web_app_ready', eventData: {} },
    { eventType: 'web_app_request_theme', eventData: {} },
    { eventType: 'web_app_expand', eventData: {} },
    { eventType: 'web_app_open_link', eventData: { url: 'https://example.com/' } },
    { eventType: 'web_app_open_tg_link', eventData: { path_full: '/kopeika_bot?start=x' } },
    { eventType: 'web_app_setup_closing_behavior', eventData: { need_confirmation: true } },
    { eventType: 'web_app_setup_closing_behavior', eventData: { need_confirmation: false } },
    { eventType: 'web_app_setup_back_button', eventData: { is_visible: true } },
    { eventType: 'web_app_setup_back_button', eventData: { is_visible: false } },
    {
      eventType: 'web_app_trigger_haptic_feedback',
      eventData: { type: 'notification', notification_type: 'error' },
    },
    { eventType: 'web_app_close', eventData: {} },
  ])
})
