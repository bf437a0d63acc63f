/** What Telegram says of a person (Bot API, User and WebAppUser), as far as an account holds it. */
export type Sender = {
  id: number
  first_name?: string | undefined
  username?: string | undefined
  language_code?: string | undefined
}

/** Names may hold anything; the account keeps what fits its limits. */
export const cleanName = (name: string): string =>
  name.replaceAll('\0', '').toWellFormed().trim().slice(0, 128).toWellFormed() || '?'

const optional = (value: string | undefined, pattern: RegExp): string | undefined =>
  value !== undefined && pattern.test(value) ? value : undefined

/** What `register` is told of a person. */
export const registrationOf = (sender: Sender) => ({
  telegramId: sender.id,
  // null: the person has none (any more); left out, register would keep the old one
  username: optional(sender.username, /^\w{1,64}$/) ?? null,
  firstName: sender.first_name === undefined ? undefined : cleanName(sender.first_name),
  languageCode: optional(sender.language_code, /^[A-Za-z0-9-]{1,35}$/),
})
