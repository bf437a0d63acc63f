import type { MessageEntity } from '@grammyjs/types'

type FoundType = 'url' | 'email' | 'mention' | 'hashtag' | 'bot_command'

/** What Telegram recognises by itself. The first that matches at a place wins; each must follow a border. */
const PATTERNS: [FoundType, RegExp][] = [
  ['url', /(?<![\w@.])https?:\/\/[^\s<>"']*[^\s<>"'.,:;!?)\]}]/giu],
  ['email', /(?<![\w@.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63}){1,3}(?!\w)/giu],
  ['mention', /(?<![\w@./])@[a-z]\w{3,31}(?!\w)/giu],
  ['hashtag', /(?<![\p{L}\p{N}_#/])#[\p{L}\p{N}_]{1,128}/gu],
  ['bot_command', /(?<![\w/<>])\/[a-z0-9_]{1,64}(?:@[a-z]\w{3,31})?(?![\w/])/giu],
]

const overlaps = (a: MessageEntity, b: MessageEntity) =>
  a.offset < b.offset + b.length && b.offset < a.offset + a.length

/** Links, mentions and commands in a text; offsets in UTF-16 units. `taken` are entities that must not be overlapped. */
export const findEntities = (text: string, taken: readonly MessageEntity[] = []): MessageEntity[] => {
  const found: MessageEntity[] = []
  for (const [type, pattern] of PATTERNS) {
    for (const match of text.matchAll(pattern)) {
      const entity: MessageEntity = { type, offset: match.index, length: match[0].length }
      if (![...taken, ...found].some((other) => overlaps(entity, other))) found.push(entity)
    }
  }
  return sortEntities(found)
}

/** In Telegram's order: by place, the outer before the inner. */
export const sortEntities = (entities: readonly MessageEntity[]): MessageEntity[] =>
  [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length)
