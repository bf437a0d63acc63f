import type { TransactionType } from '../api/types.ts'

/** The kinds of entries that the history can be narrowed to, in the order of the list. */
export const FILTERS = [
  'charge',
  'top_up',
  'refund',
  'bonus',
  'reversal',
  'debt_payment',
  'adjustment',
  'opening',
] as const satisfies readonly TransactionType[]

export type Filter = 'all' | (typeof FILTERS)[number]

export const parseFilter = (value: string): Filter => FILTERS.find((one) => one === value) ?? 'all'

/** Entries one after another under their days; `dayOf` knows the person's time zone. */
export const groupByDay = <Item extends { createdAt: string }>(
  items: readonly Item[],
  dayOf: (iso: string) => string,
): { day: string; items: Item[] }[] => {
  const groups: { day: string; items: Item[] }[] = []
  for (const item of items) {
    const day = dayOf(item.createdAt)
    const last = groups.at(-1)
    if (last?.day === day) last.items.push(item)
    else groups.push({ day, items: [item] })
  }
  return groups
}
