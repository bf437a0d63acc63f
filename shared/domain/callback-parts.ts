import { packId, unpackId } from './compact-id.ts'

/** What people look at of their history; without one, all of it. */
export const HISTORY_FILTERS = ['top-ups', 'spending', 'other'] as const
export type HistoryFilter = (typeof HISTORY_FILTERS)[number]

/** A page of the history: where it begins, and which entries it shows. */
export type HistoryPlace = { cursor?: string; filter?: HistoryFilter }

const LETTERS = { 'top-ups': 't', spending: 's', other: 'o' } as const satisfies Record<HistoryFilter, string>

/** The uuid of data that is one packed uuid, under the name it has there. */
export const withId = <Kind extends string>(
  kind: Kind,
  compact: string,
): { kind: Kind; id: string } | undefined => {
  const id = unpackId(compact)
  return id === undefined ? undefined : { kind, id }
}

/** The same for the place in a list. */
export const withCursor = <Kind extends string>(
  kind: Kind,
  compact: string,
): { kind: Kind; cursor: string } | undefined => {
  const cursor = unpackId(compact)
  return cursor === undefined ? undefined : { kind, cursor }
}

/** An id, and what follows it after a colon. */
export const splitId = (rest: string | undefined): { id: string; more: string | undefined } | undefined => {
  const [, compact = '', more] = /^([\w-]{22})(?::(.+))?$/s.exec(rest ?? '') ?? []
  const id = unpackId(compact)
  return id === undefined ? undefined : { id, more }
}

/** A whole number from 1, written without a leading zero. */
export const readCount = (text: string | undefined): number | undefined =>
  /^[1-9]\d{0,15}$/.test(text ?? '') && Number.isSafeInteger(Number(text)) ? Number(text) : undefined

/** `t`, `<cursor>` or `t:<cursor>`, each after a colon; nothing for the newest of everything. */
export const writePlace = ({ cursor, filter }: HistoryPlace): string =>
  [...(filter === undefined ? [] : [LETTERS[filter]]), ...(cursor === undefined ? [] : [packId(cursor)])]
    .map((part) => `:${part}`)
    .join('')

/** Reads what `writePlace` wrote, without its first colon. */
export const readPlace = (text: string | undefined): HistoryPlace | undefined => {
  if (text === undefined) return {}
  const [, letter, compact] = /^(?:([a-z])(?::|$))?([\w-]{22})?$/.exec(text) ?? []
  const filter = HISTORY_FILTERS.find((known) => LETTERS[known] === letter)
  const cursor = compact === undefined ? undefined : unpackId(compact)
  const place = {
    ...(filter === undefined ? {} : { filter }),
    ...(cursor === undefined ? {} : { cursor }),
  }
  return writePlace(place) === `:${text}` ? place : undefined
}
