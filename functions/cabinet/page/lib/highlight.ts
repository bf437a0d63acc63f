import type { Hit } from '../api/types.ts'

export type Piece = { text: string; isHit: boolean; at: number }

/** A text cut at what was found in it. Hits that overlap, or lie outside, do no harm. */
export const cutAtHits = (text: string, hits: readonly Hit[]): Piece[] => {
  const pieces: Piece[] = []
  let at = 0
  const push = (end: number, isHit: boolean): void => {
    if (end > at) pieces.push({ text: text.slice(at, end), isHit, at })
    at = Math.max(at, end)
  }
  for (const { start, end } of hits.toSorted((one, other) => one.start - other.start)) {
    push(Math.min(start, text.length), false)
    push(Math.min(end, text.length), true)
  }
  push(text.length, false)
  return pieces
}
