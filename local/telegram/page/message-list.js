import { renderMessage } from './bubbles.js'
import { byId, el } from './dom.js'
import { formatDay, t } from './i18n.js'

const list = byId('messages')
const scroller = byId('scroller')
const toBottom = byId('to-bottom')
const unread = byId('unread')

const NEAR_BOTTOM_PX = 120

let unreadCount = 0
/** The reader follows the end of the chat: new messages scroll into view, until somebody scrolls up. */
let isFollowing = true
let lastTop = 0

const isNearBottom = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_BOTTOM_PX

const showUnread = () => {
  if (isFollowing) unreadCount = 0
  toBottom.hidden = isFollowing
  unread.hidden = unreadCount === 0
  unread.textContent = String(unreadCount)
  const name = unreadCount === 0 ? t('toBottom') : `${t('toBottom')}: ${unreadCount}`
  toBottom.setAttribute('aria-label', name)
}

/** The list has moved by itself: that is nobody's wish to leave its end. */
const noteMove = () => {
  lastTop = scroller.scrollTop
}

export const scrollToEnd = (behavior = 'smooth') => {
  isFollowing = true
  noteMove()
  scroller.scrollTo({ top: scroller.scrollHeight, behavior })
  showUnread()
}

const onScroll = () => {
  if (isNearBottom()) isFollowing = true
  else if (scroller.scrollTop < lastTop) isFollowing = false
  lastTop = scroller.scrollTop
  showUnread()
}

scroller.addEventListener('scroll', onScroll, { passive: true })
toBottom.addEventListener('click', () => scrollToEnd())

/** Pictures get their height late, the window another size: stay at the end if that is where the reader is. */
const resized = new ResizeObserver(() => {
  noteMove()
  if (isFollowing) scrollToEnd('instant')
})
resized.observe(list)
resized.observe(scroller)

const separateDays = () => {
  for (const separator of list.querySelectorAll('.day')) separator.remove()
  let day
  for (const item of [...list.children]) {
    if (item.dataset.day === day) continue
    day = item.dataset.day
    item.before(el('li', { class: 'day' }, el('span', {}, formatDay(item.message.date))))
  }
}

const find = (messageId) => list.querySelector(`[data-id="${messageId}"]`)

/** The message with that id, where the list shows it. */
export const findMessage = (messageId) => find(messageId)?.message

/** What can take the focus in a message, in order. */
const stops = (item) => [...item.querySelectorAll('button, a, audio')]

/** The newer version of a message; whoever stood on its third button stands on the third one again. */
const replace = (shown, item) => {
  const index = stops(shown).indexOf(document.activeElement)
  shown.replaceWith(item)
  if (index < 0) return
  const all = stops(item)
  const next = all[Math.min(index, all.length - 1)]
  if (next !== undefined) return next.focus({ preventScroll: true })
  item.tabIndex = -1
  item.focus({ preventScroll: true })
}

/** Adds the message or shows its newer version in place. */
export const putMessage = (message) => {
  noteMove()
  const shown = find(message.message_id)
  const item = renderMessage(message)
  if (shown !== null) return replace(shown, item)
  item.classList.add('fresh')
  const next = [...list.querySelectorAll('[data-id]')].find(
    (other) => Number(other.dataset.id) > message.message_id,
  )
  if (next === undefined) list.append(item)
  else next.before(item)
  separateDays()
  if (isFollowing || !message.from.is_bot) scrollToEnd()
  else {
    unreadCount += 1
    showUnread()
  }
}

export const dropMessage = (messageId) => {
  find(messageId)?.remove()
  separateDays()
}

/** Shows exactly these messages, from the end. */
export const showMessages = (messages) => {
  list.replaceChildren(...messages.map(renderMessage))
  separateDays()
  scrollToEnd('instant')
}

/** Puts older messages on top without moving what is being read. */
export const showEarlier = (messages) => {
  const heightBefore = scroller.scrollHeight
  list.prepend(...messages.map(renderMessage))
  separateDays()
  scroller.scrollTop += scroller.scrollHeight - heightBefore
}

export const firstMessageId = () => Number(list.querySelector('[data-id]')?.dataset.id ?? 0)

/** Renders everything again: another language. */
export const rerender = () => {
  for (const item of list.querySelectorAll('[data-id]')) replace(item, renderMessage(item.message))
  separateDays()
}

/** Shows the message a reply points to. */
export const jumpTo = (messageId) => find(messageId)?.scrollIntoView({ behavior: 'smooth', block: 'center' })
