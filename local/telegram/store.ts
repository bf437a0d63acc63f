import { openJournal, type SimulatorName } from './journal.ts'

/** A map whose every change is written to the state file. A row that was changed in place must be `set` again. */
export type Table<T> = {
  get: (key: string | number) => T | undefined
  set: (key: string | number, value: T) => void
  delete: (key: string | number) => void
  values: () => MapIterator<T>
  readonly size: number
}

export type Store = {
  /** Opens the table of that name; call it once for each name. */
  table: <T>(name: string) => Table<T>
  /** True if the last run was cut off in the middle of a write. */
  torn: boolean
  close: () => void
}

/** Tables in memory, backed by a journal where `stateFile` is given. Throws where that file is damaged. */
export const openStore = (stateFile?: string, simulator: SimulatorName = 'Telegram'): Store => {
  const journal = stateFile === undefined ? undefined : openJournal(stateFile, simulator)
  const tables = new Map<string, Map<string, unknown>>()
  const rowsOf = (name: string) => {
    const rows = tables.get(name) ?? new Map<string, unknown>()
    tables.set(name, rows)
    return rows
  }

  for (const { table, key, value } of journal?.rows ?? []) {
    if (value === undefined) rowsOf(table).delete(key)
    else rowsOf(table).set(key, value)
  }
  journal?.compact(
    [...tables].flatMap(([table, rows]) => [...rows].map(([key, value]) => ({ table, key, value }))),
  )

  return {
    torn: journal?.torn ?? false,
    close: () => journal?.close(),
    table: <T>(name: string): Table<T> => {
      // The file is written by this module alone; a row has the type its table was opened with.
      const rows = rowsOf(name) as Map<string, T>
      return {
        get: (key) => rows.get(String(key)),
        set: (key, value) => {
          rows.set(String(key), value)
          journal?.append({ table: name, key: String(key), value })
        },
        delete: (key) => {
          if (rows.delete(String(key))) journal?.append({ table: name, key: String(key) })
        },
        values: () => rows.values(),
        get size() {
          return rows.size
        },
      }
    },
  }
}
