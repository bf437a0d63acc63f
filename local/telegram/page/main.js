import { api } from './api.js'
import { startBotButtons } from './bot-buttons.js'
import { setCommands, setReplyKeyboard, startComposer } from './composer.js'
import { askSend, toast } from './dialogs.js'
import { byId } from './dom.js'
import { acceptDrops } from './drop-files.js'
import { currentLanguage, explain, switchLanguage, t, translatePage } from './i18n.js'
import {
  dropMessage,
  firstMessageId,
  putMessage,
  rerender,
  showEarlier,
  showMessages,
} from './message-list.js'
import { showPerson, startPersonMenu } from './person-menu.js'

const STORED_PERSON = 'kopeika-person'
const ACTION_MS = 5500

let people = []
let person
let events
let actionTimer
let isOnline = true

const fail = (error) => toast(error instanceof TypeError ? t('offline') : `${t('failed')}: ${explain(error)}`)

const showStatus = (action) => {
  const status = byId('bot-status')
  status.classList.toggle('busy', action !== undefined && isOnline)
  if (!isOnline) status.textContent = t('offline')
  else if (action === undefined) status.textContent = t('bot')
  else status.textContent = t(action === 'typing' ? 'typing' : 'uploading')
}

const showAction = (action) => {
  clearTimeout(actionTimer)
  showStatus(action)
  if (action !== undefined) actionTimer = setTimeout(showStatus, ACTION_MS)
}

/** What stands at the bottom: START before the first message, "unblock" for a blocked bot, else the input field. */
const showFoot = () => {
  byId('intro').hidden = person.started
  byId('start').hidden = person.started
  byId('unblock').hidden = !person.blocked
  byId('composer').hidden = !person.started || person.blocked
  setReplyKeyboard(person.started && !person.blocked ? person.keyboard : undefined)
}

const takePerson = (changed) => {
  people = [...people.filter(({ id }) => id !== changed.id), changed].sort((a, b) => a.id - b.id)
  if (changed.id !== person.id) return
  const footChanged = ['started', 'blocked', 'keyboard'].some(
    (field) => JSON.stringify(changed[field]) !== JSON.stringify(person[field]),
  )
  person = changed
  showPerson(person)
  if (footChanged) showFoot()
}

const loadSettings = async () => {
  const { commands, menuButton } = await api.chat(person.id)
  setCommands(commands)
  const button = byId('app-button')
  button.hidden = menuButton.type !== 'web_app'
  button.textContent = menuButton.text ?? ''
  button.dataset.url = menuButton.web_app?.url ?? ''
}

const loadMessages = async () => {
  const { messages, hasMore } = await api.messages(person.id)
  byId('earlier').hidden = !hasMore
  showMessages(messages)
}

const onEvent = (event) => {
  if (event.type === 'message' && event.message.from.is_bot) showAction(undefined)
  if (event.type === 'message' || event.type === 'edit') putMessage(event.message)
  if (event.type === 'delete') dropMessage(event.messageId)
  if (event.type === 'action') showAction(event.action)
  if (event.type === 'person') takePerson(event.person)
  if (event.type === 'settings') loadSettings().catch(fail)
}

const refresh = async () => {
  people = await api.people()
  takePerson(people.find(({ id }) => id === person.id) ?? person)
  await Promise.all([loadMessages(), loadSettings()])
}

/** Follows one person's chat. After a lost connection everything is read again: nothing is missed, nothing doubles. */
const follow = () => {
  events?.close()
  events = new EventSource(`/sim/events?person=${person.id}`)
  events.onopen = () => {
    isOnline = true
    showAction(undefined)
    refresh().catch(fail)
  }
  events.onmessage = ({ data }) => onEvent(JSON.parse(data))
  events.onerror = () => {
    isOnline = false
    showStatus()
  }
}

const choose = (chosen) => {
  person = chosen
  localStorage.setItem(STORED_PERSON, String(person.id))
  showMessages([])
  showPerson(person)
  showFoot()
  follow()
}

const sendText = (text) => api.sendText(person.id, text).catch(fail)

const sendFiles = async (files) => {
  const { id } = person
  for (const file of files) {
    const answer = await askSend(file)
    if (answer === undefined) return
    await api.sendFile(id, answer.field, file, answer.caption).catch(fail)
  }
}

/** A voice message without a microphone: the simulated recogniser hears these words. */
const sampleVoice = () => api.sampleVoice(person.id, { words: t('sampleWords'), seconds: 14 }).catch(fail)

const buttons = startBotButtons(() => person, sendText, fail)

byId('start').addEventListener('click', () => sendText('/start').then(() => byId('text').focus()))
byId('unblock').addEventListener('click', () => api.block(person.id, false).catch(fail))
byId('app-button').addEventListener('click', (event) => buttons.openWebApp(event.currentTarget.dataset.url))
byId('earlier').addEventListener('click', async () => {
  const { messages, hasMore } = await api.messages(person.id, `?beforeId=${firstMessageId()}`)
  byId('earlier').hidden = !hasMore
  showEarlier(messages)
})

acceptDrops(() => person?.started === true && !person.blocked, sendFiles)

byId('chat').addEventListener('click', () => {
  if (
    window.getSelection()?.isCollapsed &&
    !byId('composer').hidden &&
    matchMedia('(pointer: fine)').matches
  ) {
    byId('text').focus({ preventScroll: true })
  }
})

const changeLanguage = () => {
  switchLanguage()
  rerender()
  showStatus()
  showPerson(person)
  showFoot()
}

/** The first visit finds nobody: one person is made at once. */
const somebody = async () => {
  people = await api.people()
  const stored = localStorage.getItem(STORED_PERSON)
  const known = people.find(({ id }) => String(id) === stored) ?? people[0]
  return known ?? api.addPerson({ firstName: t('defaultName'), languageCode: currentLanguage() })
}

const boot = async () => {
  translatePage()
  const { bot } = await api.state()
  byId('bot-name').textContent = bot.first_name
  byId('intro-name').textContent = bot.first_name
  document.title = `${bot.first_name} — Telegram`
  startComposer({ sendText, sendFiles, sampleVoice })
  const model = { people: () => people, person: () => person }
  const toggleBlock = () => api.block(person.id, !person.blocked).catch(fail)
  startPersonMenu(model, { choose, switchLanguage: changeLanguage, toggleBlock })
  choose(await somebody())
}

boot().catch(fail)
