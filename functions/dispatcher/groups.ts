import { findUser } from '#shared/db/users.ts'
import { pickLanguage } from '#shared/domain/settings.ts'
import { text } from '#shared/domain/texts/texts.ts'
import type { Resources } from '#shared/http/resources.ts'
import type { TelegramMessage, TelegramUser } from '#shared/telegram/updates.ts'
import { senderOf } from './chat.ts'

type Bot = { id: number; username: string }

const bots = new WeakMap<Resources, Promise<Bot>>()

/** Who we are; asked once, and again after a failure. */
const whoAmI = (resources: Resources): Promise<Bot> => {
  const known = bots.get(resources)
  if (known) return known
  const asked = resources.telegram.getMe().then(({ id, username }) => ({ id, username }))
  bots.set(resources, asked)
  asked.catch(() => bots.delete(resources))
  return asked
}

/** Names of Telegram are letters, figures and underscores: @bot is not meant by @bot_of_others. */
const names = (words: string, { username }: Bot): boolean =>
  Array.from(words.matchAll(/@(\w+)/g), ([, name = '']) => name.toLowerCase()).includes(
    username.toLowerCase(),
  )

/** Whether a message of a group is meant for us: it names us, with a command or without, or answers a message of ours. */
const isAddressed = (bot: Bot, message: TelegramMessage): boolean =>
  names(message.text ?? message.caption ?? '', bot) || message.reply_to_message?.from?.id === bot.id

/**
 * A message in a group. A wallet is nobody else's business, so the bot only says where to talk to it, and only when it is spoken to; it opens no
 * account for who happens to talk there. A hint that cannot be sent is not worth another try.
 */
export const answerInGroup = async (
  resources: Resources,
  from: TelegramUser,
  message: TelegramMessage,
): Promise<void> => {
  const bot = await whoAmI(resources)
  if (!isAddressed(bot, message)) return
  if (!(await resources.limiter('chat').limit(String(from.id))).allowed) return
  const person = await findUser(resources.sql, { telegramId: from.id })
  const language = person?.settings.language ?? pickLanguage(from.language_code)
  const { username } = bot
  const outcome = await senderOf(resources).send(message.chat.id, {
    kind: 'text',
    text: text(language, 'group-hint', { username }),
    replyTo: message.message_id,
  })
  if (!outcome.ok) resources.log.info({ reason: outcome.reason }, 'a hint in a group was not sent')
}
