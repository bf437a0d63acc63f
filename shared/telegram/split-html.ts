/** Telegram's limit for a message (core.telegram.org/bots/api#sendmessage). It counts after the tags are read; we count them in. */
const MAX_MESSAGE_LENGTH = 4096

type Tag = { opener: string; closer: string }

/** What may not be cut: a tag, an entity, or one character (a whole code point). Linear in time: no '<' is read twice. */
const ATOM = /<[^<>]*>|&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});|[\s\S]/giu

const closersOf = (open: readonly Tag[]): string =>
  open
    .map(({ closer }) => closer)
    .reverse()
    .join('')
const openersOf = (open: readonly Tag[]): string => open.map(({ opener }) => opener).join('')

const afterAtom = (open: readonly Tag[], atom: string): readonly Tag[] => {
  if (atom.length < 2 || !atom.startsWith('<')) return open
  if (atom.startsWith('</')) return open.slice(0, -1)
  const name = /^<([a-z][a-z0-9-]*)/i.exec(atom)?.[1]
  return name === undefined ? open : [...open, { opener: atom, closer: `</${name}>` }]
}

type Break = { nextAtom: number; text: string; open: readonly Tag[]; rank: number }

/** Fills one part from the atom at `from`; `end` is where it had to be cut. */
const fillPart = (
  atoms: readonly string[],
  from: number,
  startOpen: readonly Tag[],
  limit: number,
): { part: string; next: number; open: readonly Tag[] } => {
  let open = startOpen
  let text = openersOf(open)
  let best: Break | undefined
  let hasContent = false
  for (let index = from; index < atoms.length; index += 1) {
    const atom = atoms[index] ?? ''
    const nextOpen = afterAtom(open, atom)
    const fits = text.length + atom.length + closersOf(nextOpen).length <= limit
    if (!fits && hasContent) {
      const cut = best ?? { nextAtom: index, text, open, rank: 0 }
      return { part: cut.text + closersOf(cut.open), next: cut.nextAtom, open: cut.open }
    }
    const rank = atom === '\n' ? 2 : atom === ' ' ? 1 : 0
    // A line's end is a better place than a word's end, however much earlier it comes within the second half.
    if (rank > 0 && hasContent && (best === undefined || rank >= best.rank || best.text.length < limit / 2)) {
      best = { nextAtom: index + 1, text, open, rank }
    }
    text += atom
    open = nextOpen
    if (rank > 0 || atom.length === 1 || !atom.startsWith('<')) hasContent = true
  }
  return { part: text, next: atoms.length, open }
}

const hasVisibleText = (part: string): boolean => part.replace(/<[^>]*>/g, '').trim() !== ''

/**
 * Cuts a text in Telegram's HTML into messages of at most `limit` UTF-16 units: at a line's end where there is one, else
 * at a word's end, else anywhere but in a tag, an entity or a character. Tags that are open at a cut are closed there
 * and opened again. Parts without visible text are left out (Telegram refuses them).
 */
export const splitHtml = (html: string, limit = MAX_MESSAGE_LENGTH): string[] => {
  if (html.length <= limit) return hasVisibleText(html) ? [html] : []
  const atoms = html.match(ATOM) ?? []
  const parts: string[] = []
  let next = 0
  let open: readonly Tag[] = []
  while (next < atoms.length) {
    const filled = fillPart(atoms, next, open, limit)
    if (hasVisibleText(filled.part)) parts.push(filled.part)
    next = filled.next
    open = filled.open
  }
  return parts
}
