import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { endProcesses, type NotedProcess } from './end-processes.ts'
import type { ProcessTracker } from './guard-client.ts'
import { identityOf } from './process-identity.ts'

const LEFTOVER_GRACE_MS = 5_000

const isSignal = (name: string): name is NodeJS.Signals => Object.hasOwn(constants.signals, name)

const parseRecord = (text: string): NotedProcess | undefined => {
  const [pidText = '', signal = '', identity = ''] = text.trim().split(' ')
  const pid = Number(pidText)
  if (!Number.isSafeInteger(pid) || pid <= 1 || !isSignal(signal) || identity === '') return undefined
  return { pid, signal, identity }
}

/** Writes a pid file for each running part into `folder`, so that a start after a crash finds what the last one left. */
export const createRunRecords = (folder: string): ProcessTracker => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const fileOf = (name: string, pid: number): string => join(folder, `${name}.${pid}.pid`)
  return {
    add: (name, pid, signal) => {
      writeFileSync(fileOf(name, pid), `${pid} ${signal} ${identityOf(pid) ?? 'unknown'}\n`, { mode: 0o600 })
    },
    remove: (name, pid) => rmSync(fileOf(name, pid), { force: true }),
  }
}

/**
 * Ends what a former start of this home left running (the starter was killed and its guard is not done yet, or was killed
 * too). Only the very processes noted are touched. Gives how many still ran.
 */
export const endLeftovers = async (folder: string): Promise<number> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const files = readdirSync(folder).filter((file) => file.endsWith('.pid'))
  const noted = files.flatMap((file) => parseRecord(readFileSync(join(folder, file), 'utf8')) ?? [])
  const live = noted.filter(({ pid, identity }) => identityOf(pid) === identity)
  await endProcesses(live, LEFTOVER_GRACE_MS)
  for (const file of files) rmSync(join(folder, file), { force: true })
  return live.length
}
