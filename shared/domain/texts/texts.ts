import type { FluentVariable } from '@fluent/bundle'
import { clip, oneLine } from '../names.ts'
import type { Language } from '../settings.ts'
import { bundleOf } from './bundles.ts'
import { MESSAGES, type MessageArguments, type MessageId } from './catalogue.ts'
import { escapeHtmlWithin } from './escape-html.ts'
import type { ArgumentKind, MessageSpec } from './message-spec.ts'

/** People's titles and names inside a sentence. Escaped, `&&&…` would be five times as long: hence the second number. */
const LINE_LENGTH = 128
const ESCAPED_LINE_LENGTH = 256

/** Room for a long text: 4096 less the rest of its message, three full lines included. */
const TEXT_LENGTH = 3000

const cleanText = (value: string): string => value.replace(/(?!\n|\t)[\p{Cc}\p{Cs}]/gu, '')

const prepareString = (value: string, kind: ArgumentKind, format: MessageSpec['format']): string => {
  if (kind === 'text')
    return format === 'html' ? escapeHtmlWithin(cleanText(value), TEXT_LENGTH) : cleanText(value)
  const line = clip(oneLine(value), LINE_LENGTH)
  return format === 'html' ? escapeHtmlWithin(line, ESCAPED_LINE_LENGTH) : line
}

/** null has no value in Fluent: an absent number reads `none`, an absent line 0 (which no line can be). */
const ABSENT: Partial<Record<string, FluentVariable>> = { 'number?': 'none', 'line?': 0 }

const prepare = (value: unknown, kind: ArgumentKind, format: MessageSpec['format']): FluentVariable => {
  if (typeof kind !== 'string') {
    if (typeof value === 'string' && kind.includes(value)) return value
  } else if (value === null && ABSENT[kind] !== undefined) {
    return ABSENT[kind]
  } else if (kind === 'number' || kind === 'number?') {
    if (Number.isSafeInteger(value) && typeof value === 'number') return value
  } else if (typeof value === 'string') {
    return prepareString(value, kind, format)
  }
  throw new TypeError(`not a ${typeof kind === 'string' ? kind : kind.join(' | ')}`)
}

/** `text` for a message that is known only at run time, such as one from a queue. Throws TypeError for values that do not fit. */
export const formatMessage = (
  language: Language,
  id: MessageId,
  values: Readonly<Record<string, unknown>>,
): string => {
  const spec: MessageSpec = MESSAGES[id]
  const prepared: Record<string, FluentVariable> = {}
  for (const [name, kind] of Object.entries(spec.arguments)) {
    try {
      prepared[name] = prepare(values[name], kind, spec.format)
    } catch (cause) {
      throw new TypeError(`Message ${id}: the argument ${name} does not fit`, { cause })
    }
  }
  const bundle = bundleOf(language)
  const pattern = bundle.getMessage(id)?.value
  if (pattern === null || pattern === undefined)
    throw new TypeError(`Message ${id} is missing in ${language}`)
  const errors: Error[] = []
  const formatted = bundle.formatPattern(pattern, prepared, errors)
  if (errors[0] !== undefined)
    throw new TypeError(`Message ${id} is broken in ${language}`, { cause: errors[0] })
  // HTML is bounded by its arguments: cutting it here could cut a tag.
  return spec.format === 'plain' ? clip(formatted, spec.maxLength) : formatted
}

type Values<Id extends MessageId> = keyof MessageArguments<Id> extends never
  ? []
  : [values: MessageArguments<Id>]

/**
 * A message of the bot in a person's language: Telegram HTML or plain text, as the catalogue says. Values that come from
 * people go in as they are: they are cleaned, cut and escaped here. Throws TypeError (a bug) for values of a wrong type.
 */
export const text = <Id extends MessageId>(language: Language, id: Id, ...[values]: Values<Id>): string =>
  formatMessage(language, id, { ...values })
