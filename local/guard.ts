/**
 * The guard: a tiny process of its own that holds a pipe from the starter. Each line says `+ <pid> <signal> <identity>` or `- <pid>`. When the pipe
 * ends, the starter is gone (a clean stop has crossed out every pid before; `kill -9` has not): the guard ends what is
 * still noted, and then itself. So nothing is ever left running.
 */

import { constants } from 'node:os'
import { createInterface } from 'node:readline'
import { endProcesses, type NotedProcess } from './services/end-processes.ts'

const GRACE_MS = 5_000

const isSignal = (name: string): name is NodeJS.Signals => Object.hasOwn(constants.signals, name)

const noted = new Map<number, NotedProcess>()

const take = (line: string): void => {
  const [mark, pidText = '', signal = 'SIGTERM', identity = ''] = line.split(' ')
  const pid = Number(pidText)
  if (!Number.isSafeInteger(pid) || pid <= 1) return
  if (mark === '-') noted.delete(pid)
  if (mark === '+' && isSignal(signal)) noted.set(pid, { pid, signal, identity })
}

// A signal meant for the stack must not take its safety net away; it ends with its pipe.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

const lines = createInterface({ input: process.stdin })
lines.on('line', take)
lines.once('close', () => {
  void endProcesses([...noted.values()], GRACE_MS).finally(() => process.exit(0))
})
