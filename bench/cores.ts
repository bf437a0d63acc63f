/** Who runs on which core (Linux): a function and its anchor get one for themselves, and everything around them the others. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // it ended meanwhile
  }
}

const processes = (): { pid: number; parent: number }[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      // the command stands in brackets and may hold spaces
      const stat = textOf(`/proc/${name}/stat`)
      return { pid: Number(name), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) }
    })

const descendantsOf = (root: number): number[] => {
  const all = processes()
  const found = [root]
  for (const pid of found) found.push(...all.filter(({ parent }) => parent === pid).map((one) => one.pid))
  return found
}

/** The process of a function of this stack, which is this process's own. @throws Error where none runs */
export const processOf = (functionName: string): number => {
  const entry = `functions/${functionName}/handler.ts`
  const pid = descendantsOf(process.pid).find((one) =>
    textOf(`/proc/${one}/cmdline`).split('\0').includes(entry),
  )
  if (pid === undefined) throw new Error(`No process of ${functionName} was found.`)
  return pid
}

/** The most memory that a process ever had, in bytes. */
export const peakMemoryOf = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`))?.[1]) * 1024

/** With all its threads, and what it starts from now on. */
const keepOn = (pid: number, cores: string): void => {
  try {
    execFileSync('taskset', ['-a', '-c', '-p', cores, String(pid)], { stdio: ['ignore', 'ignore', 'pipe'] })
  } catch (error) {
    if (textOf(`/proc/${pid}/cmdline`) !== '') throw error
  }
}

/** Gives the first core to these processes alone, and the others to this one and all that it started. */
export const shareOutCores = (alone: readonly number[]): void => {
  const last = availableParallelism() - 1
  if (last < 1) throw new Error('This takes at least two cores.')
  for (const pid of descendantsOf(process.pid)) keepOn(pid, alone.includes(pid) ? '0' : `1-${last}`)
}
