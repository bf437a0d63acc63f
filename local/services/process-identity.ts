import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const bootId = (): string => {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return 'boot'
  }
}

/** `/proc/<pid>/stat`: the command stands in brackets and may hold spaces; 22nd field = start in ticks since boot. */
const linuxIdentity = (pid: number): string | undefined => {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const isGone = fields[0] === 'Z' || fields[0] === 'X'
  return isGone ? undefined : `${bootId()}:${fields[19]}`
}

const portableIdentity = (pid: number): string | undefined => {
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    return started === '' ? undefined : started.replaceAll(' ', '_')
  } catch {
    return undefined
  }
}

/**
 * When the process was born, as text without spaces; undefined when there is none (or only its zombie). The same pid with the same birth is the same
 * process: a pid alone is not, since the kernel hands the number out again.
 */
export const identityOf = (pid: number): string | undefined =>
  process.platform === 'linux' ? linuxIdentity(pid) : portableIdentity(pid)

/** Whether the process noted earlier still runs. */
export const isSameProcess = (pid: number, identity: string): boolean => identityOf(pid) === identity
