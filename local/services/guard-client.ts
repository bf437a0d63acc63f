import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { identityOf } from './process-identity.ts'

/** Keeps count of the processes that must not outlive the starter. */
export type ProcessTracker = {
  add: (name: string, pid: number, signal: NodeJS.Signals) => void
  remove: (name: string, pid: number) => void
}

export type Guard = ProcessTracker & {
  pid: number
  /** Resolves when the guard itself is gone; call it after everything else has stopped. */
  close: () => Promise<void>
}

/** Starts the guard process (guard.ts), in a session of its own so that Ctrl-C does not reach it. */
export const startGuard = async (): Promise<Guard> => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../guard.ts', import.meta.url))], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: '/usr/bin:/bin', TZ: 'UTC' },
  })
  await once(child, 'spawn')
  // a guard that was killed must not take the stack down with EPIPE
  child.stdin.on('error', () => {})
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.unref()
  const tell = (line: string): void => {
    if (child.stdin.writable) child.stdin.write(`${line}\n`)
  }
  return {
    pid: child.pid ?? 0,
    add: (_name, pid, signal) => tell(`+ ${pid} ${signal} ${identityOf(pid) ?? 'unknown'}`),
    remove: (_name, pid) => tell(`- ${pid}`),
    close: async () => {
      child.ref()
      child.stdin.end()
      await gone
    },
  }
}
