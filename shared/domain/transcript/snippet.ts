import { findHits, type Hit, type WordQuery } from './words.ts'

/** A piece of a text around what was searched for; the positions of `hits` are UTF-16 units within it. */
export type Snippet = { text: string; hits: { start: number; end: number }[] }

const BEFORE = 60
const LENGTH = 200
/** A word that stands everywhere need not be counted to the end of a text of hours. */
const MAX_HITS = 2_000

/** The hit with the most different words of the query close behind it, the first of equals. */
const bestHit = (hits: readonly Hit[]): Hit | undefined => {
  let best: Hit | undefined
  let most = 0
  for (const [index, hit] of hits.entries()) {
    const near = new Set<string>()
    for (let at = index; at < hits.length; at += 1) {
      const other = hits[at]
      if (other === undefined || other.end - hit.start > LENGTH - BEFORE) break
      near.add(other.word)
    }
    if (near.size > most) [best, most] = [hit, near.size]
  }
  return best
}

const firstHits = (text: string, query: WordQuery): Hit[] => {
  const hits: Hit[] = []
  for (const hit of findHits(query, text)) if (hits.push(hit) === MAX_HITS) break
  return hits
}

/** The next end of a word from a position on, within reach; else the position itself. */
const nextSpace = (text: string, from: number, reach: number): number => {
  const offset = text.slice(from, from + reach).search(/\s/u)
  return offset < 0 ? from : from + offset
}

/** Cuts within a character leave half of it. */
const withoutHalves = (text: string): string => text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '')

/** About 200 characters around the best hit, on one line; the beginning of the text where nothing stands in it. */
export const makeSnippet = (text: string, query: WordQuery): Snippet => {
  const hit = bestHit(firstHits(text, query))
  const wished = Math.max(0, (hit?.start ?? 0) - BEFORE)
  const from = wished === 0 ? 0 : Math.min(nextSpace(text, wished, BEFORE), hit?.start ?? 0)
  const end = from + LENGTH >= text.length ? text.length : nextSpace(text, from + LENGTH, BEFORE)
  const line = withoutHalves(text.slice(from, end)).split(/\s+/u).join(' ').trim()
  const cut = `${from > 0 ? '…' : ''}${line}${end < text.length ? '…' : ''}`
  return { text: cut, hits: Array.from(findHits(query, cut), ({ start, end }) => ({ start, end })) }
}
