import { endProcesses, type NotedProcess, signalGroup } from './services/end-processes.ts'
import type { ProcessTracker } from './services/guard-client.ts'
import { identityOf } from './services/process-identity.ts'

/** Every process of this start, for the moments when there is no time to ask each part. */
export type TrackedProcesses = ProcessTracker & {
  /** Asks all to stop and kills those that don't; what is started from now on is killed at once. */
  endAll: (graceMs: number) => Promise<void>
  /** SIGKILL to all, now. */
  killAll: () => void
}

/** Counts the processes, and tells the other trackers (the guard, the pid files) of each. */
export const trackProcesses = (others: readonly ProcessTracker[]): TrackedProcesses => {
  const live = new Map<number, NotedProcess>()
  let isEnding = false
  return {
    add: (name, pid, signal) => {
      live.set(pid, { pid, signal, identity: identityOf(pid) ?? 'unknown' })
      for (const other of others) other.add(name, pid, signal)
      if (isEnding) signalGroup(pid, 'SIGKILL')
    },
    remove: (name, pid) => {
      live.delete(pid)
      for (const other of others) other.remove(name, pid)
    },
    endAll: async (graceMs) => {
      isEnding = true
      await endProcesses([...live.values()], graceMs)
    },
    killAll: () => {
      isEnding = true
      for (const { pid } of live.values()) signalGroup(pid, 'SIGKILL')
    },
  }
}
