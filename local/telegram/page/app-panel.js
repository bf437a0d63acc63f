import { api } from './api.js'
import { createAppEvents } from './app-events.js'
import { inkOn, isColour, onThemeChange, themeParams } from './app-theme.js'
import { askToClose } from './dialogs.js'
import { byId, el } from './dom.js'
import { t } from './i18n.js'

const shell = byId('shell')
const panel = byId('app-panel')
const place = byId('app-place')
const loading = byId('app-loading')
const back = byId('app-back')
const settings = byId('app-settings')
const bottom = byId('app-bottom')

/** As narrow as a phone: the app takes the whole page, and what is under it cannot be reached. */
const narrow = matchMedia('(max-width: 859px)')

let open
let opener

const fitPage = () => {
  byId('app').inert = open !== undefined && narrow.matches
}
narrow.addEventListener('change', fitPage)

const paintHeader = (colour) => {
  panel.style.setProperty('--app-header', isColour(colour) ? colour : 'var(--paper)')
  panel.style.setProperty('--app-header-ink', isColour(colour) ? inkOn(colour) : 'var(--ink)')
}

const bottomButton = (event, className) => {
  const button = el('button', { type: 'button', class: className, hidden: true })
  button.addEventListener('click', () => open?.events.send(event))
  return button
}
const mainButton = bottomButton('main_button_pressed', 'app-main')
const secondButton = bottomButton('secondary_button_pressed', 'app-second')
bottom.append(secondButton, mainButton)

const setUpButton = (button) => (wanted) => {
  button.hidden = wanted.is_visible !== true || !wanted.text?.trim()
  button.textContent = wanted.text ?? ''
  button.disabled = wanted.is_active === false || wanted.is_progress_visible === true
  button.setAttribute('aria-busy', String(wanted.is_progress_visible === true))
  button.style.background = isColour(wanted.color) ? wanted.color : ''
  button.style.color = isColour(wanted.text_color) ? wanted.text_color : ''
  bottom.hidden = mainButton.hidden && secondButton.hidden
}

/** What the app has set up goes with it. */
const reset = () => {
  back.hidden = true
  settings.hidden = true
  loading.hidden = false
  paintHeader(undefined)
  panel.style.removeProperty('--app-paper')
  for (const button of [mainButton, secondButton]) setUpButton(button)({})
}

const close = () => {
  if (open === undefined) return
  open.events.stop()
  open = undefined
  place.replaceChildren()
  panel.hidden = true
  shell.classList.remove('with-app')
  fitPage()
  opener?.focus()
}

const closeByHand = async () => {
  if (open?.needsConfirmation && !(await askToClose())) return
  close()
}

back.addEventListener('click', () => open?.events.send('back_button_pressed'))
settings.addEventListener('click', () => open?.events.send('settings_button_pressed'))
byId('app-close').addEventListener('click', closeByHand)
byId('app-reload').addEventListener('click', () => open?.reload())
panel.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') void closeByHand()
})
onThemeChange(() => open?.events.send('theme_changed', { theme_params: themeParams() }))

/** The address that the app is opened at: with the colours of this page beside who opens it. */
const signedAddress = async (personId, url) => {
  const address = new URL(await api.webApp(personId, url))
  const theme = encodeURIComponent(JSON.stringify(themeParams()))
  return `${address.href}&tgWebAppThemeParams=${theme}`
}

const showFrame = (address) => {
  const frame = el('iframe', { class: 'app-frame', title: t('miniApp') })
  frame.allow = 'camera; clipboard-read; clipboard-write'
  frame.src = address
  frame.addEventListener('load', () => {
    loading.hidden = true
  })
  place.replaceChildren(frame)
  return frame
}

/** Opens a Mini App beside the chat, on a phone over it. `client` does what the app asks of the chat. Throws where the address is refused. */
export const openApp = async (person, url, client) => {
  const address = await signedAddress(person.id, url)
  open?.events.stop()
  if (open === undefined) opener = document.activeElement
  reset()
  const frame = showFrame(address)
  const events = createAppEvents(frame, new URL(address).origin, {
    ...client,
    close,
    ready: () => {
      loading.hidden = true
    },
    setBack: (shown) => {
      back.hidden = !shown
    },
    setSettings: (shown) => {
      settings.hidden = !shown
    },
    setMain: setUpButton(mainButton),
    setSecond: setUpButton(secondButton),
    setHeader: paintHeader,
    setPaper: (colour) => {
      if (isColour(colour)) panel.style.setProperty('--app-paper', colour)
    },
    setNeedsConfirmation: (needed) => {
      if (open !== undefined) open.needsConfirmation = needed
    },
  })
  const reload = () => openApp(person, url, client).catch(client.fail)
  open = { events, reload, personId: person.id, needsConfirmation: false }
  panel.hidden = false
  shell.classList.add('with-app')
  fitPage()
  byId('app-close').focus({ focusVisible: false })
}

/** Another person has the page: the app of the one before goes. */
export const closeAppOfOthers = (personId) => {
  if (open !== undefined && open.personId !== personId) close()
}
