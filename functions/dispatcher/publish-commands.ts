import { botCommands } from '#shared/domain/texts/screens.ts'
import type { Resources } from '#shared/http/resources.ts'

/** Tells Telegram the bot's menu in both languages (setMyCommands). Not worth failing a start: an old menu still works. */
export const publishCommands = ({ telegram, log }: Resources): void => {
  Promise.all([
    telegram.setMyCommands(botCommands('en')),
    telegram.setMyCommands(botCommands('ru'), { language_code: 'ru' }),
  ]).catch((error: unknown) => log.warn({ err: error }, "the bot's menu could not be published"))
}
