import { READS_RUSSIAN } from '#shared/domain/settings.ts'
import { botCommands } from '#shared/domain/texts/screens.ts'
import type { Resources } from '#shared/http/resources.ts'

/** Tells Telegram the bot's menu in both languages (setMyCommands). Not worth failing a start: an old menu still works. */
export const publishCommands = ({ telegram, log }: Resources): void => {
  // whoever is addressed in Russian until they choose gets the menu in it as well
  const russian = READS_RUSSIAN.map((code) =>
    telegram.setMyCommands(botCommands('ru'), { language_code: code }),
  )
  Promise.all([telegram.setMyCommands(botCommands('en')), ...russian]).catch((error: unknown) =>
    log.warn({ err: error }, "the bot's menu could not be published"),
  )
}
