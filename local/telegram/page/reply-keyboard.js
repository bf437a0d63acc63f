import { byId, el, icon } from './dom.js'
import { t } from './i18n.js'

const text = byId('text')
const area = byId('reply-keyboard')
const toggle = byId('toggle-keyboard')
const strip = byId('reply-strip')

/** How many of Telegram's rows a keyboard fills that does not ask to be made to measure. */
const USUAL_ROWS = 5

let onPress = () => {}
/** The message that the next words answer. */
let answered

const show = (shown) => {
  area.hidden = !shown
  toggle.setAttribute('aria-expanded', String(shown))
}

toggle.addEventListener('click', () => show(area.hidden))

const render = ({ keyboard, one_time_keyboard: isOnce, resize_keyboard: isFitted }) => {
  const button = (given) =>
    el(
      'button',
      {
        type: 'button',
        onclick: () => {
          if (isOnce) show(false)
          onPress(given)
        },
      },
      given.text,
      given.web_app === undefined ? undefined : icon('app'),
    )
  area.replaceChildren(...keyboard.map((row) => el('div', {}, ...row.map(button))))
  area.style.setProperty('--rows', String(Math.max(keyboard.length, isFitted ? 0 : USUAL_ROWS)))
  area.classList.toggle('fitted', isFitted === true)
}

/**
 * The bot's keyboard under the input field, or none. One that is persistent always shows; any other can be put away. The words in the empty
 * field are the keyboard's, or those of the question that the bot wants answered.
 */
const setReplyKeyboard = (keyboard, forceReply) => {
  toggle.hidden = keyboard === undefined || keyboard.is_persistent === true
  if (keyboard !== undefined) render(keyboard)
  show(keyboard !== undefined)
  text.placeholder = forceReply?.placeholder ?? keyboard?.input_field_placeholder ?? t('message')
}

const stopAnswering = () => {
  answered = undefined
  strip.hidden = true
}

/** Puts the next words in answer to that message; without one, in answer to none. */
export const startAnswering = (message) => {
  if (message === undefined) return stopAnswering()
  answered = message.message_id
  byId('reply-author').textContent = message.from.is_bot ? message.from.first_name : t('you')
  byId('reply-words').textContent =
    message.text ?? message.caption ?? t(message.photo === undefined ? 'file' : 'photo')
  strip.hidden = false
  text.focus()
}

/** The message that the words being sent answer, if any; from then on none. */
export const takeAnswered = () => {
  const messageId = answered
  stopAnswering()
  return messageId
}

byId('reply-cancel').addEventListener('click', () => {
  stopAnswering()
  text.focus()
})

/** Shows what the bot wants below: its keyboard and the question that it wants answered. `find` gives a message by its id. */
export const showWishes = ({ keyboard, forceReply }, find) => {
  setReplyKeyboard(keyboard, forceReply)
  startAnswering(forceReply === undefined ? undefined : find(forceReply.messageId))
}

export const startReplyKeyboard = (press) => {
  onPress = press
}
