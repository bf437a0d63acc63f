import type { TelegramMessage } from '#shared/telegram/updates.ts'
import type { Chat } from './chat.ts'
import { screenBelow } from './keyboards.ts'
import { onceIn } from './once-in.ts'

/** What Telegram says of a chat rather than a person: to be passed over in silence (Bot API, Message). */
const NEWS = new Set([
  'pinned_message',
  'new_chat_members',
  'left_chat_member',
  'new_chat_title',
  'new_chat_photo',
  'delete_chat_photo',
  'message_auto_delete_timer_changed',
  'migrate_to_chat_id',
  'migrate_from_chat_id',
  'users_shared',
  'chat_shared',
  'connected_website',
  'write_access_allowed',
  'passport_data',
  'proximity_alert_triggered',
  'boost_added',
  'chat_background_set',
  'giveaway_created',
  'giveaway_completed',
  'video_chat_scheduled',
  'video_chat_started',
  'video_chat_ended',
  'video_chat_participants_invited',
  'web_app_data',
  'gift',
  'unique_gift',
  'paid_message_price_changed',
])

const isNews = (message: TelegramMessage): boolean => Object.keys(message).some((field) => NEWS.has(field))

/** A sticker, a place, a contact, a poll, a die, whatever comes next: what can be sent instead. */
export const answerUnknown = async (chat: Chat, message: TelegramMessage): Promise<void> => {
  if (isNews(message)) return
  await chat.reply({
    kind: 'text',
    text: chat.say('unknown-content'),
    keyboard: [[screenBelow(chat, 'help'), screenBelow(chat, 'menu')]],
  })
}

/** An edit soon after another is not answered again: people mend more than one word. */
const isTimeToTell = onceIn(60_000)

/** A message was edited. We do not go back to what was handled; a live location says nothing by moving on. */
export const answerEdit = async (chat: Chat, message: TelegramMessage): Promise<void> => {
  if (message.text === undefined && message.caption === undefined) return
  if (!isTimeToTell(chat.person.user.telegramId, chat.resources.clock())) return
  await chat.reply({ kind: 'text', text: chat.say('edited-unread') })
}
