import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Env } from '#shared/platform/env.ts'

/** Docker's command line, as the operator has it. Both reject with the command and its last words. */
export type Docker = {
  /** What a command prints. */
  read: (args: readonly string[]) => Promise<string>
  /** A command whose output the operator sees. */
  run: (args: readonly string[]) => Promise<void>
}

export class DockerError extends Error {
  override name = 'DockerError' as const
}

/** `env` is the whole environment of each command: TAG stands there, which compose prefers to what .env says. */
export const openDocker = (options: { cwd: string; env: Env }): Docker => {
  const call = async (args: readonly string[], stdout: 'pipe' | 'inherit'): Promise<string> => {
    const child = spawn('docker', args, { ...options, stdio: ['ignore', stdout, 'pipe'] })
    let [text, words] = ['', '']
    child.stdout?.on('data', (piece: Buffer) => {
      text += piece
    })
    child.stderr?.on('data', (piece: Buffer) => {
      words = `${words}${piece}`.slice(-4_000)
      if (stdout === 'inherit') process.stderr.write(piece)
    })
    const [code] = (await once(child, 'close').catch((error: unknown) => {
      throw new DockerError(
        `docker cannot be run: ${error instanceof Error ? error.message : error}. Is it installed?`,
      )
    })) as [number | null]
    if (code === 0) return text
    throw new DockerError(
      `docker ${args.join(' ')}: ${words.trim().split('\n').at(-1) || `ended with ${code}`}`,
    )
  }
  return {
    read: (args) => call(args, 'pipe'),
    run: async (args) => void (await call(args, 'inherit')),
  }
}
