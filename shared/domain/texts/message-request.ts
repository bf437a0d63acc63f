import { z } from 'zod'
import { invalidInput } from '#shared/errors.ts'
import type { Language } from '../settings.ts'
import { MESSAGES, type MessageArguments, type MessageId } from './catalogue.ts'
import type { ArgumentKind, MessageSpec } from './message-spec.ts'
import { formatMessage } from './texts.ts'

/** A message to be sent later, as it stands in a job: the language is the one that the person reads by then. */
export type MessageRequest = { id: MessageId; values: Readonly<Record<string, string | number | null>> }

/** A message for the queue, its values checked by the compiler. */
export const messageRequest = <Id extends MessageId>(
  id: Id,
  values: MessageArguments<Id> & MessageRequest['values'],
): MessageRequest => ({
  id,
  values,
})

/** The queued message in a person's language. Throws TypeError for values that do not fit: check foreign ones first. */
export const renderMessage = (language: Language, { id, values }: MessageRequest): string =>
  formatMessage(language, id, values)

const isMessageId = (id: string): id is MessageId => Object.hasOwn(MESSAGES, id)

const schemaOf = (kind: ArgumentKind): z.ZodType<string | number | null> => {
  switch (kind) {
    case 'number':
      return z.int()
    case 'number?':
      return z.int().nullable()
    case 'line':
      return z.string().max(1_000)
    case 'line?':
      return z.string().max(1_000).nullable()
    case 'text':
      return z.string().max(100_000)
    default:
      return z.enum([...kind])
  }
}

/**
 * Checks a message that another program or an older version asks for; buttons, titles and other plain texts cannot be sent
 * as messages. AppError `invalid_input` says what does not fit.
 */
export const parseMessageRequest = (id: string, values: unknown): MessageRequest => {
  const spec: MessageSpec | undefined = isMessageId(id) ? MESSAGES[id] : undefined
  if (!isMessageId(id) || spec?.format !== 'html') {
    throw invalidInput('There is no message of this kind.', [{ path: 'kind', message: 'is unknown' }])
  }
  const shape = Object.entries(spec.arguments).map(([name, kind]) => [name, schemaOf(kind)] as const)
  const parsed = z.strictObject(Object.fromEntries(shape)).safeParse(values)
  if (parsed.success) return { id, values: parsed.data }
  const errors = parsed.error.issues.map(({ path, message }) => ({
    path: ['params', ...path].join('.'),
    message,
  }))
  throw invalidInput(`The values do not fit the message ${id}.`, errors)
}
