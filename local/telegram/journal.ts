import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** One change of one row; without `value` the row is gone. */
export type JournalRow = { table: string; key: string; value?: unknown }

export type Journal = {
  /** What the file held, oldest first. */
  rows: JournalRow[]
  /** True if the last line was cut short, as `kill -9` in the middle of a write leaves it. */
  torn: boolean
  /** Replaces the file by these rows, atomically. */
  compact: (rows: Iterable<JournalRow>) => void
  /** In the operating system's hands when it returns: a killed process loses nothing, and an update_id is never given twice. */
  append: (row: JournalRow) => void
  close: () => void
}

/** Whose state it is; the file of one is no file of the other. */
export type SimulatorName = 'Telegram' | 'YooKassa'

const headerOf = (simulator: SimulatorName) => JSON.stringify({ [`kopeika${simulator}Simulator`]: 1 })

const damaged = (simulator: SimulatorName, path: string, cause?: unknown) =>
  new Error(
    `The ${simulator} simulator's state file ${path} is damaged: delete it to start with an empty simulator.`,
    { cause },
  )

const parseRow = (line: string): JournalRow | undefined => {
  const row: unknown = JSON.parse(line)
  if (typeof row !== 'object' || row === null) return undefined
  const { table, key, value } = row as Partial<JournalRow>
  return typeof table === 'string' && typeof key === 'string' ? { table, key, value } : undefined
}

const readRows = (path: string, simulator: SimulatorName): { rows: JournalRow[]; torn: boolean } => {
  let content: string
  try {
    content = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { rows: [], torn: false }
    throw new Error(`The ${simulator} simulator's state file ${path} cannot be read.`, { cause: error })
  }
  const lines = content.split('\n')
  const tail = lines.pop()
  if (lines.shift() !== headerOf(simulator)) throw damaged(simulator, path)
  try {
    const rows = lines.map(parseRow)
    if (!rows.every((row) => row !== undefined)) throw damaged(simulator, path)
    return { rows, torn: tail !== '' }
  } catch (error) {
    throw damaged(simulator, path, error)
  }
}

/**
 * Opens (or starts) the file that a simulator's state lives in: JSON lines, one change each, after a header line.
 * Throws an Error of one sentence where the file is not such a file.
 */
export const openJournal = (path: string, simulator: SimulatorName): Journal => {
  const { rows, torn } = readRows(path, simulator)
  let descriptor: number | undefined

  const closeFile = () => {
    if (descriptor !== undefined) closeSync(descriptor)
    descriptor = undefined
  }
  return {
    rows,
    torn,
    compact: (kept) => {
      closeFile()
      mkdirSync(dirname(path), { recursive: true })
      const lines = [headerOf(simulator)]
      for (const row of kept) lines.push(JSON.stringify(row))
      writeFileSync(`${path}.new`, `${lines.join('\n')}\n`, { mode: 0o600 })
      renameSync(`${path}.new`, path)
      descriptor = openSync(path, 'a', 0o600)
    },
    append: (row) => {
      if (descriptor !== undefined) writeSync(descriptor, `${JSON.stringify(row)}\n`)
    },
    close: closeFile,
  }
}
