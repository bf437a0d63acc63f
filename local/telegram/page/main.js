import { api } from './api.js'
import { closeAppOfOthers } from './app-panel.js'
import { startBotButtons } from './bot-buttons.js'
import { setCommands, startComposer } from './composer.js'
import { askSend, toast } from './dialogs.js'
import { byId } from './dom.js'
import { acceptDrops } from './drop-files.js'
import { follow } from './follow.js'
import { currentLanguage, explain, followLanguage, switchLanguage, t, translatePage } from './i18n.js'
import {
  dropMessage,
  findMessage,
  firstMessageId,
  putMessage,
  rerender,
  showEarlier,
  showMessages,
} from './message-list.js'
import { showPerson, startPersonMenu } from './person-menu.js'
import { closeSplit, isRightPane, pickPerson, rememberPerson } from './places.js'
import { showWishes, startReplyKeyboard, takeAnswered } from './reply-keyboard.js'

const ACTION_MS = 5500

let people = []
let operatorIds = []
let person
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
  showWishes(person.started && !person.blocked ? person : {}, findMessage)
}

const takePerson = (changed) => {
  people = [...people.filter(({ id }) => id !== changed.id), changed].sort((a, b) => a.id - b.id)
  if (changed.id !== person.id) return
  const isChanged = (field) => JSON.stringify(changed[field]) !== JSON.stringify(person[field])
  const footChanged = ['started', 'blocked', 'keyboard', 'forceReply'].some(isChanged)
  const languageChanged = isChanged('languageCode')
  person = changed
  showPerson(person, isOperator(person))
  if (footChanged) showFoot()
  if (languageChanged) loadSettings().catch(fail)
}

const isOperator = ({ id }) => operatorIds.includes(id)

const loadSettings = async () => {
  const { id } = person
  const { commands, menuButton, description } = await api.chat(id)
  if (id !== person.id) return
  setCommands(commands)
  byId('intro-description').hidden = description === ''
  byId('intro-description').textContent = description
  const button = byId('app-button')
  button.hidden = menuButton.type !== 'web_app'
  button.textContent = menuButton.text ?? ''
  button.dataset.url = menuButton.web_app?.url ?? ''
}

const loadMessages = async () => {
  const { id } = person
  const { messages, hasMore } = await api.messages(id)
  if (id !== person.id) return
  byId('earlier').hidden = !hasMore
  showMessages(messages)
  // the message that it asks about is there only now
  if (person.forceReply !== undefined) showFoot()
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

const setOnline = (isThere) => {
  isOnline = isThere
  if (isThere) showAction(undefined)
  else showStatus()
}

const choose = (chosen) => {
  person = chosen
  rememberPerson(person.id)
  closeAppOfOthers(person.id)
  showMessages([])
  showPerson(person, isOperator(person))
  showFoot()
  follow(person.id, { readAgain: () => refresh().catch(fail), apply: onEvent, setOnline })
}

const sendText = (text) => api.sendText(person.id, text, takeAnswered()).catch(fail)

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
startReplyKeyboard((button) => {
  if (button.web_app === undefined) void sendText(button.text)
  else void buttons.openWebApp(button.web_app.url, button.text)
})
byId('app-button').addEventListener('click', (event) => buttons.openWebApp(event.currentTarget.dataset.url))
byId('earlier').addEventListener('click', async () => {
  const { messages, hasMore } = await api.messages(person.id, `?beforeId=${firstMessageId()}`)
  byId('earlier').hidden = !hasMore
  showEarlier(messages)
})

acceptDrops(() => person?.started === true && !person.blocked, sendFiles)

byId('chat').addEventListener('click', ({ detail }) => {
  // a click without a mouse comes from the keys: the focus stays where they are
  if (
    detail > 0 &&
    window.getSelection()?.isCollapsed &&
    !byId('composer').hidden &&
    matchMedia('(pointer: fine)').matches
  ) {
    byId('text').focus({ preventScroll: true })
  }
})

const retranslate = () => {
  rerender()
  showStatus()
  showPerson(person, isOperator(person))
  showFoot()
}

const changeLanguage = () => {
  switchLanguage()
  retranslate()
}

const refreshPeople = async () => {
  people = await api.people().catch(() => people)
}

/** The operator is a person as well, made when somebody wants to be them. */
const becomeOperator = async (id) => {
  const known = people.find((other) => other.id === id)
  const firstName = t('operator')
  choose(known ?? (await api.addPerson({ id, firstName, languageCode: currentLanguage() })))
}

/** What the app of this person's Telegram speaks; the bot is told with the next thing they do. */
const switchPersonLanguage = () =>
  api.change(person.id, { languageCode: person.languageCode === 'ru' ? 'en' : 'ru' }).catch(fail)

/** The first visit finds nobody: one person is made at once. */
const somebody = async () => {
  people = await api.people()
  const firstName = t(isRightPane ? 'secondName' : 'defaultName')
  return pickPerson(people) ?? api.addPerson({ firstName, languageCode: currentLanguage() })
}

const boot = async () => {
  translatePage()
  const { bot, operatorIds: ids } = await api.state()
  operatorIds = ids
  byId('app-title').textContent = bot.first_name
  byId('bot-name').textContent = bot.first_name
  byId('intro-name').textContent = bot.first_name
  document.title = `${bot.first_name} — Telegram`
  startComposer({ sendText, sendFiles, sampleVoice })
  buttons.setBot(bot)
  startPersonMenu(
    { people: () => people, person: () => person, operatorIds },
    {
      choose,
      refreshPeople,
      becomeOperator: (id) => becomeOperator(id).catch(fail),
      switchPersonLanguage,
      switchLanguage: changeLanguage,
      closeSplit: () => closeSplit(person.id),
      toggleBlock: () => api.block(person.id, !person.blocked).catch(fail),
    },
  )
  followLanguage(retranslate)
  choose(await somebody())
}

boot().catch(fail)
