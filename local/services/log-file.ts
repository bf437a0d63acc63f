import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync, watch } from 'node:fs'
import { dirname } from 'node:path'

/** A log that has grown past this is set aside (one old copy is kept) at the next start of its process. */
const ROTATE_BYTES = 10 * 1024 * 1024
const TAIL_BYTES = 64 * 1024
/** File events don't arrive on every file system (network mounts): then this look decides. */
const SAFETY_LOOK_MS = 250

/** Opens a log for appending; `offset` is where the new process begins. The caller closes the descriptor after the spawn. */
export const openLog = (file: string): { fd: number; offset: number } => {
  mkdirSync(dirname(file), { recursive: true })
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > ROTATE_BYTES) renameSync(file, `${file}.old`)
  const fd = openSync(file, 'a', 0o600)
  return { fd, offset: fstatSync(fd).size }
}

/** What was written since `offset`, at most the last 64 KiB of it. */
const readLog = (file: string, offset: number): string => {
  const fd = openSync(file, 'r')
  try {
    const { size } = fstatSync(fd)
    const from = Math.max(offset, size - TAIL_BYTES)
    const bytes = Buffer.alloc(Math.max(0, size - from))
    readSync(fd, bytes, 0, bytes.length, from)
    return bytes.toString('utf8')
  } finally {
    closeSync(fd)
  }
}

/** The last lines since `offset` in one line, for a message. */
export const lastLogLines = (file: string, offset: number, count: number): string => {
  const lines = readLog(file, offset)
    .split('\n')
    .map((line) => line.trim())
  return lines
    .filter((line) => line !== '')
    .slice(-count)
    .join(' | ')
}

/** Resolves when the log since `offset` matches; rejects with the signal's reason when it is aborted first. */
export const waitForLog = (
  file: string,
  offset: number,
  pattern: RegExp,
  signal: AbortSignal,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const watcher = watch(file)
    const timer = setInterval(() => look(), SAFETY_LOOK_MS)
    const finish = (): void => {
      watcher.close()
      clearInterval(timer)
      signal.removeEventListener('abort', giveUp)
    }
    const giveUp = (): void => {
      finish()
      reject(signal.reason)
    }
    const look = (): void => {
      if (!pattern.test(readLog(file, offset))) return
      finish()
      resolve()
    }
    watcher.on('change', look)
    watcher.on('error', () => {})
    if (signal.aborted) return giveUp()
    signal.addEventListener('abort', giveUp)
    look()
  })
