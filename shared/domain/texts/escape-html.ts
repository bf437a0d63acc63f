const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

const entityOf = (character: string): string => ENTITIES[character] ?? character

/** Text as Telegram's HTML shows it literally: the four entities that the Bot API knows. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, entityOf)

/**
 * Escaped text of at most `maxLength` UTF-16 units with its entities counted, which is stricter than Telegram (it counts
 * after reading them). Cuts between visible characters, never inside an entity; a cut text ends with an ellipsis.
 */
export const escapeHtmlWithin = (text: string, maxLength: number): string => {
  const whole = escapeHtml(text.slice(0, maxLength + 1))
  if (text.length <= maxLength && whole.length <= maxLength) return whole
  let kept = ''
  for (const { segment } of new Intl.Segmenter().segment(text.slice(0, maxLength + 64))) {
    const escaped = escapeHtml(segment)
    if (kept.length + escaped.length > maxLength - 1) break
    kept += escaped
  }
  return `${kept.trimEnd()}…`
}
