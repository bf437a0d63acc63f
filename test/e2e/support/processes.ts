import { readdirSync, readFileSync } from 'node:fs'
import { identityOf, isSameProcess } from '../../../local/services/process-identity.ts'

/** A process as it was seen once; `identity` tells it from a later one with the same number. */
export type SeenProcess = { pid: number; parent: number; identity: string; command: string }

const readProcess = (pid: number): SeenProcess | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    const identity = identityOf(pid)
    return identity === undefined ? undefined : { pid, parent: Number(parent), identity, command }
  } catch {
    return undefined
  }
}

/** The process and everything that it and its children started. Read while they run: an orphan no longer tells whose it was. */
export const familyOf = (pid: number): SeenProcess[] => {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? [])
  const gather = (one: SeenProcess): SeenProcess[] => [
    one,
    ...all.filter(({ parent }) => parent === one.pid).flatMap(gather),
  ]
  return all.filter((one) => one.pid === pid).flatMap(gather)
}

/** Those that still run, as `pid command`. */
export const stillRunning = (seen: readonly SeenProcess[]): string[] =>
  seen
    .filter(({ pid, identity }) => isSameProcess(pid, identity))
    .map(({ pid, command }) => `${pid} ${command}`)
