import { themeParams } from './app-theme.js'

const NO_INSETS = { top: 0, bottom: 0, left: 0, right: 0 }

const isWebLink = (url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)

const download = ({ url, file_name: name }) => {
  if (!isWebLink(url)) return 'cancelled'
  const link = document.createElement('a')
  link.href = url
  link.download = name ?? ''
  link.target = '_blank'
  link.click()
  return 'downloading'
}

/** What an app may ask for, by Telegram's names (core.telegram.org/api/web-events); the rest is left unanswered, as an old client does. */
const answers = (frame, client, send) => ({
  web_app_ready: () => client.ready(),
  web_app_close: () => client.close(),
  web_app_setup_back_button: ({ is_visible }) => client.setBack(is_visible === true),
  web_app_setup_settings_button: ({ is_visible }) => client.setSettings(is_visible === true),
  web_app_setup_main_button: (wanted) => client.setMain(wanted),
  web_app_setup_secondary_button: (wanted) => client.setSecond(wanted),
  web_app_setup_closing_behavior: ({ need_confirmation }) =>
    client.setNeedsConfirmation(need_confirmation === true),
  web_app_set_header_color: ({ color, color_key: key }) => client.setHeader(color ?? themeParams()[key]),
  web_app_set_background_color: ({ color }) => client.setPaper(color),
  web_app_request_theme: () => send('theme_changed', { theme_params: themeParams() }),
  web_app_request_viewport: () =>
    send('viewport_changed', {
      width: frame.clientWidth,
      height: frame.clientHeight,
      is_state_stable: true,
      is_expanded: true,
    }),
  web_app_request_safe_area: () => send('safe_area_changed', NO_INSETS),
  web_app_request_content_safe_area: () => send('content_safe_area_changed', NO_INSETS),
  web_app_open_link: ({ url }) => {
    if (isWebLink(url)) window.open(url, '_blank', 'noopener,noreferrer')
  },
  web_app_open_tg_link: ({ path_full: path }) => client.openTelegramLink(`https://t.me${path}`),
  web_app_open_invoice: async ({ slug }) =>
    send('invoice_closed', { slug, status: await client.payInvoice(String(slug)) }),
  web_app_open_popup: async (popup) => {
    const pressed = await client.showPopup(popup)
    send('popup_closed', pressed === undefined ? {} : { button_id: pressed })
  },
  web_app_request_file_download: (file) => send('file_download_requested', { status: download(file) }),
  web_app_read_text_from_clipboard: ({ req_id }) => send('clipboard_text_received', { req_id, data: null }),
  web_app_request_write_access: () => send('write_access_requested', { status: 'allowed' }),
  web_app_request_phone: () => send('phone_requested', { status: 'cancelled' }),
  web_app_request_fullscreen: () => send('fullscreen_failed', { error: 'UNSUPPORTED' }),
  web_app_invoke_custom_method: ({ req_id }) =>
    send('custom_method_invoked', { req_id, error: 'UNSUPPORTED' }),
  web_app_data_send: ({ data }) => client.sendData(String(data)),
})

const parse = (data) => {
  try {
    const { eventType, eventData } = JSON.parse(data)
    return { eventType, eventData: eventData ?? {} }
  } catch {
    return {}
  }
}

/** Talks with the app in the frame as Telegram's web client does: JSON texts by postMessage, to and from nobody else. */
export const createAppEvents = (frame, origin, client) => {
  const send = (eventType, eventData) =>
    frame.contentWindow?.postMessage(JSON.stringify({ eventType, eventData }), origin)
  const known = answers(frame, client, send)
  // before its first word the frame may still hold an empty page of ours
  let hasSpoken = false
  const onMessage = (event) => {
    if (event.source !== frame.contentWindow || event.origin !== origin) return
    hasSpoken = true
    const { eventType, eventData } = parse(event.data)
    if (Object.hasOwn(known, eventType)) Promise.resolve(known[eventType](eventData)).catch(client.fail)
  }
  window.addEventListener('message', onMessage)
  const resized = new ResizeObserver(() => {
    if (hasSpoken) known.web_app_request_viewport()
  })
  resized.observe(frame)
  return {
    send,
    stop: () => {
      window.removeEventListener('message', onMessage)
      resized.disconnect()
    },
  }
}
