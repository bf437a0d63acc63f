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

/** Of a container's processes no one here is a parent; scripts/images/in-container.ts gives them the starter's number. */
const isInContainerOf = (starter: number, pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`KOPEIKA_STARTER=${starter}`)
  } catch {
    return false
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
  const family = all.filter((one) => one.pid === pid).flatMap(gather)
  const contained = all.filter((one) => !family.includes(one) && isInContainerOf(pid, one.pid))
  return [...family, ...contained]
}

/** Those that still run, as `pid command`. */
export const stillRunning = (seen: readonly SeenProcess[]): string[] =>
  seen
    .filter(({ pid, identity }) => isSameProcess(pid, identity))
    .map(({ pid, command }) => `${pid} ${command}`)
