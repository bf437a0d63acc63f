import { FluentBundle, type FluentFunction, FluentNumber, FluentResource } from '@fluent/bundle'
import type { Language } from '../settings.ts'
import type { MessageId } from './catalogue.ts'
import { enAdmin } from './en-admin.ts'
import { enAdminDeeds } from './en-admin-deeds.ts'
import { enAlerts } from './en-alerts.ts'
import { enCabinet } from './en-cabinet.ts'
import { enChat } from './en-chat.ts'
import { enFiles } from './en-files.ts'
import { enLegal } from './en-legal.ts'
import { enMenu } from './en-menu.ts'
import { enMoney } from './en-money.ts'
import { enPrivacy } from './en-privacy.ts'
import { enSettings } from './en-settings.ts'
import { enSpeech } from './en-speech.ts'
import { enWallet } from './en-wallet.ts'
import { ruAdmin } from './ru-admin.ts'
import { ruAdminDeeds } from './ru-admin-deeds.ts'
import { ruAlerts } from './ru-alerts.ts'
import { ruCabinet } from './ru-cabinet.ts'
import { ruChat } from './ru-chat.ts'
import { ruFiles } from './ru-files.ts'
import { ruLegal } from './ru-legal.ts'
import { ruMenu } from './ru-menu.ts'
import { ruMoney } from './ru-money.ts'
import { ruPrivacy } from './ru-privacy.ts'
import { ruSettings } from './ru-settings.ts'
import { ruSpeech } from './ru-speech.ts'
import { ruWallet } from './ru-wallet.ts'

/** The Fluent sources of each language. */
export const SOURCES: Readonly<Record<Language, readonly string[]>> = {
  ru: [
    ruChat,
    ruMenu,
    ruSettings,
    ruWallet,
    ruMoney,
    ruFiles,
    ruPrivacy,
    ruSpeech,
    ruCabinet,
    ruLegal,
    ruAlerts,
    ruAdmin,
    ruAdminDeeds,
  ],
  en: [
    enChat,
    enMenu,
    enSettings,
    enWallet,
    enMoney,
    enFiles,
    enPrivacy,
    enSpeech,
    enCabinet,
    enLegal,
    enAlerts,
    enAdmin,
    enAdminDeeds,
  ],
}

/** Functions that messages may call, each with the message that declines its noun. */
const COUNTED = {
  COINS: 'coins',
  CHARACTERS: 'characters',
  SECONDS: 'seconds',
  DAYS: 'days',
  MINUTES: 'minutes',
  USES: 'uses',
} as const satisfies Record<string, MessageId>

/**
 * `COINS($n)` writes the number with its noun. Fluent's terms take no variables and a message cannot be asked for a
 * grammatical case with one, so a function does it: `case` picks the noun message's attribute (a language without cases has
 * none, and its plain form stands), `sign: "always"` puts + or a true minus in front.
 */
const countedBy =
  (bundle: () => FluentBundle, messageId: MessageId): FluentFunction =>
  ([amount], { case: grammaticalCase, sign }) => {
    if (!(amount instanceof FluentNumber)) throw new TypeError(`${messageId} counts numbers`)
    const message = bundle().getMessage(messageId)
    const pattern = message?.attributes[String(grammaticalCase)] ?? message?.value
    if (pattern === null || pattern === undefined) throw new TypeError(`There is no message ${messageId}`)
    const counted = bundle().formatPattern(pattern, { count: Math.abs(amount.value) })
    return sign === undefined ? counted : `${amount.value < 0 ? '−' : '+'}${counted}`
  }

const makeBundle = (language: Language): FluentBundle => {
  const functions = Object.fromEntries(
    Object.entries(COUNTED).map(([name, messageId]) => [name, countedBy(() => bundle, messageId)]),
  )
  // Isolation marks protect mixed-direction texts; both languages run left to right, and the marks would break searching.
  const bundle = new FluentBundle(language, { useIsolating: false, functions })
  for (const source of SOURCES[language]) {
    const [error] = bundle.addResource(new FluentResource(source))
    if (error) throw error
  }
  return bundle
}

const bundles = new Map<Language, FluentBundle>()

/** The messages of a language, parsed at first use. */
export const bundleOf = (language: Language): FluentBundle => {
  const known = bundles.get(language)
  if (known) return known
  const bundle = makeBundle(language)
  bundles.set(language, bundle)
  return bundle
}
