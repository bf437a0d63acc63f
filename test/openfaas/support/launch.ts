import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type Child, startChild } from '../../../local/services/children.ts'

const Listening = z.object({ type: z.literal('listening'), port: z.number().int().positive() })

/** A function never takes as long to stop as this. */
const STOP_GRACE_MS = 10_000
const READY_TIMEOUT_MS = 30_000

const logs = mkdtempSync(join(tmpdir(), 'kopeika-openfaas-'))

/** For afterAll: what the functions have said goes. */
export const removeLogs = (): void => rmSync(logs, { recursive: true, force: true })

export type Launched = { child: Child; port: number; coldStartMs: number }

/** Starts a function (a bundle's index.mjs, or the template's index.ts) on a free port and waits until it listens. */
export const launch = async (
  name: string,
  cwd: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<Launched> => {
  const since = performance.now()
  const child = await startChild({
    name,
    command: process.execPath,
    args: [...args, '--port', '0'],
    cwd,
    env,
    logFile: join(logs, `${name}.log`),
    ipc: true,
  })
  const { port } = Listening.parse(await child.waitForMessage(READY_TIMEOUT_MS))
  return { child, port, coldStartMs: performance.now() - since }
}

export const stop = ({ child }: Launched): Promise<void> => child.stop(STOP_GRACE_MS)
