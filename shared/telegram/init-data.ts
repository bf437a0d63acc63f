import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto'
import { z } from 'zod'

/** Longer is no launch of a Mini App: Telegram's own are about 500 characters long. */
const MAX_LENGTH = 16_384
/** How far ahead of ours Telegram's clock may run. */
const MAX_LEAD_SECONDS = 30

/** Why initData is not believed. */
export type InitDataProblem =
  | 'malformed' // too long, or a field stands twice: then nobody can say which one was signed
  | 'unsigned' // no hash (signature), or none that it could be
  | 'forged' // signed by something else than this bot's token (Telegram's key), or changed since
  | 'undated' // no auth_date
  | 'early' // auth_date lies in the future
  | 'expired' // auth_date lies too far back
  | 'nobody' // names no person

/** Who opened the Mini App (Bot API, WebAppUser). */
export type InitDataUser = {
  id: number
  first_name: string
  username?: string | undefined
  language_code?: string | undefined
}

export type InitData = { user: InitDataUser; authDate: number }
export type InitDataOutcome = InitData | { problem: InitDataProblem }

const User = z.object({
  id: z.int().positive(),
  first_name: z.string(),
  username: z.string().optional(),
  language_code: z.string().optional(),
  is_bot: z.literal(false).optional(),
})

type Fields = ReadonlyMap<string, string>

const fieldsOf = (text: string): Fields | undefined => {
  if (text.length > MAX_LENGTH) return undefined
  const fields = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (fields.has(name)) return undefined
    fields.set(name, value)
  }
  return fields
}

/** What is signed: one line for each field, in order; whatever Telegram adds one day is in it too. */
const linesOf = (fields: Fields, left: readonly string[]): string =>
  [...fields]
    .filter(([name]) => !left.includes(name))
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('\n')

type Freshness = { nowSeconds: number; maxAgeSeconds: number }

/** Looked at only after the signature: before it, nothing that stands there means anything. */
const readSigned = (fields: Fields, { nowSeconds, maxAgeSeconds }: Freshness): InitDataOutcome => {
  const date = fields.get('auth_date') ?? ''
  if (!/^\d{1,12}$/.test(date)) return { problem: 'undated' }
  const authDate = Number(date)
  if (authDate > nowSeconds + MAX_LEAD_SECONDS) return { problem: 'early' }
  if (authDate < nowSeconds - maxAgeSeconds) return { problem: 'expired' }
  const user = User.safeParse(parseJson(fields.get('user')))
  return user.success ? { user: user.data, authDate } : { problem: 'nobody' }
}

const parseJson = (text: string | undefined): unknown => {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Checks `initData` of a Mini App of our own bot (core.telegram.org/bots/webapps, "Validating data received via the Mini App"): HMAC-SHA-256
 * over every field but `hash`, under a key made of the bot's token. Pure: the clock is handed in. The same initData may come again within its
 * age, as when a page is loaded anew.
 */
export const verifyInitData = (text: string, by: Freshness & { token: string }): InitDataOutcome => {
  const fields = fieldsOf(text)
  if (!fields) return { problem: 'malformed' }
  const given = fields.get('hash') ?? ''
  // Telegram writes it in small letters: another spelling is not Telegram's
  if (!/^[0-9a-f]{64}$/.test(given)) return { problem: 'unsigned' }
  const key = createHmac('sha256', 'WebAppData').update(by.token).digest()
  const hash = createHmac('sha256', key)
    .update(linesOf(fields, ['hash']))
    .digest()
  if (!timingSafeEqual(hash, Buffer.from(given, 'hex'))) return { problem: 'forged' }
  return readSigned(fields, by)
}

/** Telegram's keys for third parties, in the world and in its test servers. */
export const TELEGRAM_KEYS = {
  production: 'e7bf03a2fa4602af4580703d88dda5bb59f32ed8b02a56c187fe7d34caed242d',
  test: '40055058a4ee38156a06562e52eece92a771bcd8346a8c4615cb7376eddf72ec',
} as const

/** An Ed25519 key of 32 bytes, in the form that Node reads (RFC 8410, 4). */
const publicKeyOf = (hex: string) =>
  createPublicKey({
    key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(hex, 'hex')]),
    format: 'der',
    type: 'spki',
  })

/**
 * The same for somebody who does not have the bot's token: Telegram's own Ed25519 signature, for this bot's id. Never opens a session here:
 * it lets a program of somebody else believe who sent it initData of our bot.
 */
export const verifyInitDataForThirdParty = (
  text: string,
  by: Freshness & { botId: number; publicKey: string },
): InitDataOutcome => {
  const fields = fieldsOf(text)
  if (!fields) return { problem: 'malformed' }
  const given = fields.get('signature') ?? ''
  if (!/^[\w-]{86}$/.test(given)) return { problem: 'unsigned' }
  const signed = `${by.botId}:WebAppData\n${linesOf(fields, ['hash', 'signature'])}`
  const isGood = verify(null, Buffer.from(signed), publicKeyOf(by.publicKey), Buffer.from(given, 'base64url'))
  return isGood ? readSigned(fields, by) : { problem: 'forged' }
}
