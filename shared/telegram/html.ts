const ENTITY_OF = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' } as const

const isSpecial = (character: string): character is keyof typeof ENTITY_OF => character in ENTITY_OF

/** Makes any text safe inside a message in Telegram's HTML mode, in attributes as well. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => (isSpecial(character) ? ENTITY_OF[character] : character))
