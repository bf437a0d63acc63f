import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { TestProject } from 'vitest/node'
import { processEnv } from '#shared/platform/env.ts'
import type { TestServers } from './servers.ts'
import type { ServersMessage } from './servers-process.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    servers: TestServers
  }
}

/** Vitest calls it once before all files, and what it returns once after them. */
export const setup = (project: TestProject): Promise<() => Promise<void>> => holdServers(project, {})

/** The servers of a run; `env` is added to the environment that they are started with. */
export async function holdServers(
  project: TestProject,
  env: Record<string, string>,
): Promise<() => Promise<void>> {
  if (Number.parseInt(process.versions.node, 10) < 24) {
    throw new Error(
      `The tests need Node 24, this is ${process.version}: run them by npm or npx, which use the repository's.`,
    )
  }
  // detached: the terminal's Ctrl-C must not reach it before it has cleaned up
  const child = fork(new URL('./servers-process.ts', import.meta.url), {
    detached: true,
    env: { ...processEnv(), ...env },
  })
  const exited = once(child, 'exit')
  const message = await Promise.race([
    new Promise<ServersMessage>((resolve) =>
      child.once('message', (received: ServersMessage) => resolve(received)),
    ),
    exited.then(([code]): ServersMessage => ({ problem: `their process ended with code ${code}` })),
  ])
  if ('problem' in message) throw new Error(`The test servers did not start: ${message.problem}`)
  project.provide('servers', message.servers)
  return async () => {
    child.disconnect()
    await exited
  }
}
