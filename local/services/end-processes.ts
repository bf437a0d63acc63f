import { setTimeout as sleep } from 'node:timers/promises'
import { isSameProcess } from './process-identity.ts'

/** A process noted down when it was started; `signal` is the one that it takes for "please stop". */
export type NotedProcess = { pid: number; identity: string; signal: NodeJS.Signals }

const POLL_MS = 25
const KILL_WAIT_MS = 2_000

/** Signals the process group (our children lead their own), or the process alone where it leads none. */
export const signalGroup = (pid: number, signal: NodeJS.Signals): void => {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal)
      return
    } catch {
      // gone, or no group of that number
    }
  }
}

const whichLive = (noted: readonly NotedProcess[]): NotedProcess[] =>
  noted.filter(({ pid, identity }) => isSameProcess(pid, identity))

// These are not our children (their parent died), so no event tells of their end: looking again and again is the only way.
const waitUntilGone = async (noted: readonly NotedProcess[], timeoutMs: number): Promise<NotedProcess[]> => {
  const deadline = performance.now() + timeoutMs
  let live = whichLive(noted)
  while (live.length > 0 && performance.now() < deadline) {
    await sleep(POLL_MS)
    live = whichLive(live)
  }
  return live
}

/**
 * Ends processes whose parent is gone: the polite signal, then SIGKILL after `graceMs`. A pid that meanwhile belongs to
 * another process is left alone.
 */
export const endProcesses = async (noted: readonly NotedProcess[], graceMs: number): Promise<void> => {
  const live = whichLive(noted)
  for (const { pid, signal } of live) signalGroup(pid, signal)
  const stubborn = await waitUntilGone(live, graceMs)
  for (const { pid } of stubborn) signalGroup(pid, 'SIGKILL')
  await waitUntilGone(stubborn, KILL_WAIT_MS)
}
