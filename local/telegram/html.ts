import type { MessageEntity } from '@grammyjs/types'
import { badRequest } from './api-error.ts'
import { sortEntities } from './entities.ts'

type SimpleType =
  | 'bold'
  | 'italic'
  | 'underline'
  | 'strikethrough'
  | 'spoiler'
  | 'code'
  | 'blockquote'
  | 'expandable_blockquote'

/** Tags of `parse_mode: HTML` that need no attribute (core.telegram.org/bots/api#html-style). */
const SIMPLE_TAGS: Record<string, SimpleType> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  'tg-spoiler': 'spoiler',
  code: 'code',
  blockquote: 'blockquote',
}

const NAMED: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' }

type OpenTag = { name: string; offset: number; attributes: Map<string, string> }

const decode = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return NAMED[name] ?? whole
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })

const parseAttributes = (source: string): Map<string, string> => {
  const attributes = new Map<string, string>()
  for (const [, name, double, single, bare] of source.matchAll(
    /([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g,
  )) {
    attributes.set((name ?? '').toLowerCase(), decode(double ?? single ?? bare ?? ''))
  }
  return attributes
}

const toEntity = ({ name, offset, attributes }: OpenTag, length: number): MessageEntity | undefined => {
  if (name === 'a') {
    const url = attributes.get('href') ?? ''
    return url === '' ? undefined : { type: 'text_link', offset, length, url }
  }
  if (name === 'pre') {
    const language = attributes.get('language')
    return language === undefined
      ? { type: 'pre', offset, length }
      : { type: 'pre', offset, length, language }
  }
  if (name === 'span') return { type: 'spoiler', offset, length }
  if (name === 'blockquote' && attributes.has('expandable'))
    return { type: 'expandable_blockquote', offset, length }
  const type = SIMPLE_TAGS[name]
  return type === undefined ? undefined : { type, offset, length }
}

const isKnown = ({ name, attributes }: OpenTag) =>
  name in SIMPLE_TAGS ||
  ['a', 'pre', 'tg-emoji'].includes(name) ||
  (name === 'span' && attributes.get('class') === 'tg-spoiler')

const parseError = (reason: string) => badRequest(`can't parse entities: ${reason}`)

/** `<pre><code class="language-x">` is one block with a language, not two entities. */
const mergeCodeIntoPre = (stack: OpenTag[], tag: OpenTag): boolean => {
  const outer = stack.at(-1)
  const language = tag.attributes.get('class')?.match(/^language-(.+)$/)?.[1]
  if (tag.name !== 'code' || outer?.name !== 'pre' || outer.offset !== tag.offset || language === undefined)
    return false
  outer.attributes.set('language', language)
  return true
}

/**
 * Turns `parse_mode: HTML` into the text and the entities that clients see.
 * Throws Telegram's 400 for unknown, unclosed or crossed tags.
 */
export const parseHtml = (html: string): { text: string; entities: MessageEntity[] } => {
  const entities: MessageEntity[] = []
  const stack: (OpenTag & { silent?: boolean })[] = []
  let text = ''
  let position = 0
  while (position < html.length) {
    const next = html.indexOf('<', position)
    text += decode(html.slice(position, next === -1 ? html.length : next))
    if (next === -1) break
    const match = /^<(\/?)([a-z][a-z0-9-]*)([^>]*)>/i.exec(html.slice(next))
    if (match === null) {
      const offset = Buffer.byteLength(html.slice(0, next))
      throw parseError(`Unsupported start tag "${html.slice(next + 1, next + 2)}" at byte offset ${offset}`)
    }
    const [whole, slash, rawName = '', rest = ''] = match
    const name = rawName.toLowerCase()
    const offset = Buffer.byteLength(html.slice(0, next))
    if (slash === '/') {
      const open = stack.pop()
      if (open === undefined) throw parseError(`Unexpected end tag at byte offset ${offset}`)
      if (open.name !== name) {
        throw parseError(
          `Unmatched end tag at byte offset ${offset}, expected "</${open.name}>", found "</${name}>"`,
        )
      }
      const entity = toEntity(open, text.length - open.offset)
      if (entity !== undefined && entity.length > 0 && open.silent !== true) entities.push(entity)
    } else {
      const tag: OpenTag & { silent?: boolean } = {
        name,
        offset: text.length,
        attributes: parseAttributes(rest),
      }
      if (!isKnown(tag)) throw parseError(`Unsupported start tag "${name}" at byte offset ${offset}`)
      if (mergeCodeIntoPre(stack, tag)) tag.silent = true
      stack.push(tag)
    }
    position = next + whole.length
  }
  const unclosed = stack.at(-1)
  if (unclosed !== undefined)
    throw parseError(`Can't find end tag corresponding to start tag "${unclosed.name}"`)
  return { text, entities: sortEntities(entities) }
}
