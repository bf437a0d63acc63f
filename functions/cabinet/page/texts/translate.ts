import { FluentBundle, type FluentFunction, FluentNumber, FluentResource } from '@fluent/bundle'
import type { Language } from '#shared/domain/settings.ts'
import type { Messages } from './messages.ts'

export type MessageId = keyof Messages

type Arguments<Id extends MessageId> = keyof Messages[Id] extends never ? [] : [values: Messages[Id]]

/** A message of the page in the person's language. */
export type Translate = <Id extends MessageId>(id: Id, ...values: Arguments<Id>) => string

/** `COINS($n)` writes a number with its noun; `case` picks an attribute of the noun's message where the language has cases. */
const countCoins =
  (bundle: () => FluentBundle): FluentFunction =>
  ([amount], { case: grammaticalCase }) => {
    const message = bundle().getMessage('coins')
    const pattern = message?.attributes[String(grammaticalCase)] ?? message?.value
    if (!(amount instanceof FluentNumber) || !pattern) return '?'
    return bundle().formatPattern(pattern, { count: amount.value })
  }

/** The words of one language, from its Fluent sources. */
export const makeTranslate = (language: Language, sources: readonly string[]): Translate => {
  const functions = { COINS: countCoins(() => bundle) }
  const bundle = new FluentBundle(language, { useIsolating: false, functions })
  for (const source of sources) bundle.addResource(new FluentResource(source))
  return (id, ...[values]) => {
    const pattern = bundle.getMessage(id)?.value
    return pattern ? bundle.formatPattern(pattern, values ?? {}) : id
  }
}
