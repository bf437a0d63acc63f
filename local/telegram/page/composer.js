import { byId, el } from './dom.js'
import { t } from './i18n.js'

const form = byId('composer')
const text = byId('text')
const send = byId('send')
const menu = byId('command-menu')
const commandsButton = byId('commands')
const fileInput = byId('file-input')

let commands = []
let onSendText = () => {}
let onSendFiles = () => {}
let onSampleVoice = () => {}

const closeMenu = () => {
  menu.hidden = true
  commandsButton.setAttribute('aria-expanded', 'false')
}

const submit = () => {
  const value = text.value.trim()
  if (value === '') return
  text.value = ''
  send.disabled = true
  closeMenu()
  onSendText(value)
}

const options = () => [...menu.querySelectorAll('[role="option"]')]

const select = (option) => {
  for (const other of options()) other.setAttribute('aria-selected', String(other === option))
  option?.scrollIntoView({ block: 'nearest' })
}

const openMenu = (prefix) => {
  const found = commands.filter(({ command }) => command.startsWith(prefix))
  if (found.length === 0 && prefix !== '') return closeMenu()
  const option = ({ command, description }) =>
    el(
      'button',
      {
        type: 'button',
        role: 'option',
        onclick: () => {
          closeMenu()
          text.value = ''
          send.disabled = true
          onSendText(`/${command}`)
          text.focus()
        },
      },
      el(
        'span',
        { class: 'grow' },
        el('span', { class: 'name' }, `/${command}`),
        el('span', { class: 'hint' }, `  ${description}`),
      ),
    )
  menu.replaceChildren(
    ...(found.length === 0 ? [el('p', { class: 'hint' }, t('noCommands'))] : found.map(option)),
  )
  select(options()[0])
  menu.hidden = false
  commandsButton.setAttribute('aria-expanded', 'true')
}

const moveSelection = (step) => {
  const all = options()
  const index = all.findIndex((option) => option.getAttribute('aria-selected') === 'true')
  select(all[(index + step + all.length) % all.length])
}

const selected = () => options().find((option) => option.getAttribute('aria-selected') === 'true')

text.addEventListener('input', () => {
  send.disabled = text.value.trim() === ''
  const typed = /^\/([a-z0-9_]*)$/.exec(text.value)
  if (typed === null) closeMenu()
  else openMenu(typed[1])
})

text.addEventListener('keydown', (event) => {
  if (event.isComposing) return
  if (!menu.hidden && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    event.preventDefault()
    moveSelection(event.key === 'ArrowDown' ? 1 : -1)
  } else if (event.key === 'Escape') closeMenu()
  else if (event.key === 'Enter' && !event.shiftKey) {
    event.preventDefault()
    if (!menu.hidden && selected() !== undefined) selected().click()
    else submit()
  }
})

text.addEventListener('paste', (event) => {
  const files = [...(event.clipboardData?.files ?? [])]
  if (files.length === 0) return
  event.preventDefault()
  onSendFiles(files)
})

form.addEventListener('submit', (event) => {
  event.preventDefault()
  submit()
  text.focus()
})

commandsButton.addEventListener('click', () => {
  if (menu.hidden) openMenu('')
  else closeMenu()
  text.focus()
})

document.addEventListener('click', (event) => {
  if (!menu.contains(event.target) && !commandsButton.contains(event.target)) closeMenu()
})

byId('sample-voice').addEventListener('click', () => onSampleVoice())
byId('attach').addEventListener('click', () => fileInput.click())
fileInput.addEventListener('change', () => {
  const files = [...fileInput.files]
  fileInput.value = ''
  if (files.length > 0) onSendFiles(files)
})

export const setCommands = (list) => {
  commands = list
}

export const startComposer = (handlers) => {
  onSendText = handlers.sendText
  onSendFiles = handlers.sendFiles
  onSampleVoice = handlers.sampleVoice
  send.disabled = true
}
