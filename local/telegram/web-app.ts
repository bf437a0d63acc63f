import { createHmac, randomBytes } from 'node:crypto'
import { nowSeconds } from './clock.ts'
import type { Person } from './model.ts'
import { omitUndefined } from './omit-undefined.ts'
import type { SimulatorState } from './state.ts'

/**
 * `initData` of a Mini App for this person: signed with the bot's token as Telegram does it (core.telegram.org/bots/webapps).
 * It has no `signature` (Ed25519): that key is Telegram's alone.
 */
const signInitData = (state: SimulatorState, person: Person): string => {
  const { id, firstName, username, languageCode } = person
  const user = omitUndefined({
    id,
    first_name: firstName,
    username,
    language_code: languageCode,
    allows_write_to_pm: true,
  })
  const fields: [string, string][] = [
    ['auth_date', String(nowSeconds(state.clock))],
    ['query_id', `AA${randomBytes(15).toString('base64url')}`],
    ['user', JSON.stringify(user)],
  ]
  const key = createHmac('sha256', 'WebAppData').update(state.token).digest()
  const checked = fields.map(([name, value]) => `${name}=${value}`).join('\n')
  const hash = createHmac('sha256', key).update(checked).digest('hex')
  return new URLSearchParams([...fields, ['hash', hash]]).toString()
}

/** The address that a Telegram client opens for a Mini App button. */
export const webAppUrl = (state: SimulatorState, person: Person, url: string): string => {
  const opened = new URL(url)
  const fragment = {
    tgWebAppData: signInitData(state, person),
    tgWebAppVersion: '9.1',
    tgWebAppPlatform: 'web',
  }
  opened.hash = new URLSearchParams(fragment).toString()
  return opened.href
}
