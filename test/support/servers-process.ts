/**
 * Holds the servers of a test run in a process of its own, so that they are stopped and their folder removed in whatever
 * way vitest ends: the channel to it closes then. (Killed itself, it leaves that to the guard.) It also runs the local
 * stack's modules as Node does, without vitest's module runner.
 */
import { processEnv } from '#shared/platform/env.ts'
import { startTestServers, type TestServers } from './servers.ts'

/** What is sent to vitest, once. */
export type ServersMessage = { servers: TestServers } | { problem: string }

const tell = (message: ServersMessage): void => {
  if (process.connected) process.send?.(message)
}

const disconnected = new Promise<void>((resolve) => process.once('disconnect', resolve))

try {
  const { servers, stop } = await startTestServers(processEnv())
  tell({ servers })
  await disconnected
  await stop()
} catch (error) {
  tell({ problem: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  process.disconnect?.()
  process.exitCode = 1
}
