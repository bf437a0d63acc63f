import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PREFIX = 'kopeika-test-'

/**
 * Makes a folder for the servers of one run, named after this process; folders of runs that were killed go first.
 * Everybody may pass through it, since PostgreSQL runs as another user when we are root.
 */
export function makeTemporaryHome(): string {
  for (const name of readdirSync(tmpdir()).filter((name) => name.startsWith(PREFIX))) {
    if (!isRunning(Number(name.slice(PREFIX.length).split('-')[0]))) removeTemporaryHome(join(tmpdir(), name))
  }
  const home = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`))
  chmodSync(home, 0o711)
  return home
}

export const removeTemporaryHome = (home: string): void =>
  rmSync(home, { recursive: true, force: true, maxRetries: 5 })

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // EPERM: it runs, under another user
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
