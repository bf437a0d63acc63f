import type { MessageEntity } from '@grammyjs/types'
import { badRequest } from './api-error.ts'
import { findEntities, sortEntities } from './entities.ts'
import { parseHtml } from './html.ts'

/** Longest text and caption, in UTF-16 units after parsing. */
export const TEXT_LIMIT = 4096
export const CAPTION_LIMIT = 1024

export type RichText = { text: string; entities: MessageEntity[] }

const trim = ({ text, entities }: RichText): RichText => {
  const start = text.length - text.trimStart().length
  const trimmed = text.trim()
  return {
    text: trimmed,
    entities: entities.flatMap((entity) => {
      const from = Math.max(0, entity.offset - start)
      const to = Math.min(trimmed.length, entity.offset - start + entity.length)
      return to > from ? [{ ...entity, offset: from, length: to - from }] : []
    }),
  }
}

/**
 * The text as readers see it. Only HTML is parsed: other parse modes pass through as plain text.
 * Throws Telegram's 400 for bad markup; checks no length.
 */
export const toRichText = (
  source: string,
  parseMode?: string,
  given: readonly MessageEntity[] = [],
): RichText => {
  if (parseMode !== undefined && !/^(html|markdown|markdownv2|)$/i.test(parseMode))
    throw badRequest('unsupported parse_mode')
  const parsed = /^html$/i.test(parseMode ?? '') ? parseHtml(source) : { text: source, entities: [...given] }
  const { text, entities } = trim(parsed)
  return { text, entities: sortEntities([...entities, ...findEntities(text, entities)]) }
}
