import { createHash, randomBytes } from 'node:crypto'
import { addLoginLink } from '#shared/db/cabinet-sessions.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import type { Resources } from '#shared/http/resources.ts'
import type { Config } from '#shared/platform/config.ts'
import type { Chat } from './chat.ts'

const LINK_MINUTES = 10

const THIS_MACHINE = ['127.0.0.1', 'localhost', '[::1]']

/**
 * The cabinet's address, where it can be opened as a Mini App: Telegram takes https alone, and nothing of this machine. A simulator of Telegram on
 * this machine takes what is on it too.
 */
export const miniAppUrl = ({ cabinetUrl, telegram }: Config): string | undefined => {
  if (cabinetUrl === undefined || telegram === undefined) return undefined
  const { protocol, hostname } = new URL(cabinetUrl)
  const isHere = THIS_MACHINE.includes(hostname)
  if (isHere) return THIS_MACHINE.includes(new URL(telegram.apiRoot).hostname) ? cabinetUrl : undefined
  return protocol === 'https:' ? cabinetUrl : undefined
}

/** Behind the `#`, so that no server and no log sees the token but ours, to which the page hands it. */
const makeLink = async ({ resources, person }: Chat, cabinetUrl: string): Promise<string> => {
  const token = randomBytes(32).toString('base64url')
  const tokenHash = createHash('sha256').update(token).digest()
  await inTransaction(resources.sql, (tx) =>
    addLoginLink(tx, { userId: person.user.id, tokenHash, seconds: LINK_MINUTES * 60 }),
  )
  return `${cabinetUrl}#login=${token}`
}

/** /login: the way into the cabinet, in Telegram and by a link that works once. Only in the person's own chat: whoever opens it is logged in. */
export const giveLoginLink = async (chat: Chat): Promise<void> => {
  const { resources, person, chatId, say } = chat
  const { cabinetUrl } = resources.config
  if (cabinetUrl === undefined) return chat.reply({ kind: 'text', text: say('login-nowhere') })
  if (chatId !== person.user.telegramId) return chat.reply({ kind: 'text', text: say('login-in-private') })
  const link = await makeLink(chat, cabinetUrl)
  // never written down for later: the token would lie in a job's row
  const options = { isPrivate: true }
  const webApp = miniAppUrl(resources.config)
  if (webApp === undefined) {
    // Telegram takes no button with an address of this machine
    const text = say('login-plain-link', { minutes: LINK_MINUTES, link })
    return chat.reply({ kind: 'text', text }, options)
  }
  const keyboard = [
    [{ text: say('button-cabinet'), webApp }],
    [{ text: say('button-cabinet-browser'), url: link }],
  ]
  await chat.reply({ kind: 'text', text: say('login-link', { minutes: LINK_MINUTES }), keyboard }, options)
}

/** The button beside the input field opens the cabinet. It has one name for everybody: the product's own. */
export const publishMenuButton = ({ config, telegram, log }: Resources): void => {
  const url = miniAppUrl(config)
  if (url === undefined) return
  telegram
    .setChatMenuButton({ menu_button: { type: 'web_app', text: 'Kopeika', web_app: { url } } })
    .catch((error: unknown) => log.warn({ err: error }, 'the menu button could not be published'))
}
