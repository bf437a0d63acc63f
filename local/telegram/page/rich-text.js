import { el } from './dom.js'

const TAGS = {
  bold: 'b',
  italic: 'i',
  underline: 'u',
  strikethrough: 's',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
  expandable_blockquote: 'blockquote',
}

const BLOCKS = new Set(['PRE', 'BLOCKQUOTE'])

/** Only addresses that open something: no `javascript:`. */
const safeUrl = (url) => {
  const full = /^[a-z][a-z0-9+.-]*:/i.test(url) ? url : `https://${url}`
  return URL.canParse(full) && /^(https?|mailto|tel):$/.test(new URL(full).protocol) ? full : undefined
}

const link = (url) => {
  const href = safeUrl(url)
  return href === undefined
    ? el('span')
    : el('a', { href, target: '_blank', rel: 'noopener noreferrer', 'data-link': href })
}

const elementOf = (entity, text) => {
  if (entity.type in TAGS) return el(TAGS[entity.type])
  if (entity.type === 'text_link') return link(entity.url)
  if (entity.type === 'url') return link(text)
  if (entity.type === 'email') return link(`mailto:${text}`)
  if (entity.type === 'bot_command')
    return el('button', { type: 'button', class: 'command', 'data-command': text })
  if (entity.type === 'spoiler') return el('button', { type: 'button', class: 'spoiler' })
  return el('span')
}

/** The text as nodes: entities nest as they lie in each other, everything else is plain text. */
const build = (text, entities, from, to) => {
  const nodes = []
  let at = from
  let index = 0
  while (index < entities.length) {
    const entity = entities[index]
    const end = Math.min(entity.offset + entity.length, to)
    const inner = []
    index += 1
    while (index < entities.length && entities[index].offset < end) inner.push(entities[index++])
    if (entity.offset < at || end <= entity.offset) continue
    nodes.push(text.slice(at, entity.offset))
    const element = elementOf(entity, text.slice(entity.offset, end))
    element.append(...build(text, inner, entity.offset, end))
    nodes.push(element)
    // A block ends its line by itself: the line break behind it would show as an empty line.
    at = BLOCKS.has(element.tagName) && text[end] === '\n' ? end + 1 : end
  }
  nodes.push(text.slice(at, to))
  return nodes.filter((node) => node !== '')
}

export const richText = (text, entities = []) => build(text, entities, 0, text.length)
