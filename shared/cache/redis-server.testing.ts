import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A real Redis (or Valkey) server of a test's own. */
export type TestRedisServer = {
  port: number
  url: string
  /** Stops the server's time: connections stay open, nothing answers. */
  freeze: () => void
  thaw: () => void
  stop: () => Promise<void>
}

const spawnServer = async (args: string[]): Promise<ChildProcess> => {
  for (const program of ['redis-server', 'valkey-server']) {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      await once(child, 'spawn')
      return child
    } catch {
      // Not on PATH under this name.
    }
  }
  throw new Error('These tests need redis-server or valkey-server on PATH.')
}

/** A port that was free a moment ago (Redis cannot choose one itself). */
export const freePort = async (): Promise<number> => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  return address.port
}

const untilReady = async (child: ChildProcess): Promise<void> => {
  const lines: string[] = []
  if (child.stdout === null) throw new Error('The server has no output.')
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (/Ready to accept connections|\+monitor master/.test(line)) {
      child.stdout.resume()
      return
    }
  }
  throw new Error(`The Redis server did not start:\n${lines.join('\n')}`)
}

/**
 * Starts a server on 127.0.0.1 that keeps nothing; `port` brings a stopped one back at its old place. With `sentinelOf` it
 * is a Sentinel that watches the server at that port under the name `main`.
 */
export const startRedisServer = async (
  options: { port?: number; args?: string[]; sentinelOf?: number } = {},
): Promise<TestRedisServer> => {
  const port = options.port ?? (await freePort())
  const folder = await mkdtemp(join(tmpdir(), 'kopeika-redis-'))
  const config = join(folder, 'redis.conf')
  const common = `port ${port}\nbind 127.0.0.1\ndir ${folder}\n`
  const { sentinelOf } = options
  const role = sentinelOf === undefined ? 'save ""\n' : `sentinel monitor main 127.0.0.1 ${sentinelOf} 1\n`
  await writeFile(config, common + role)
  const child = await spawnServer([
    config,
    ...(sentinelOf === undefined ? [] : ['--sentinel']),
    ...(options.args ?? []),
  ])
  const kill = (): void => {
    child.kill('SIGKILL')
  }
  process.once('exit', kill)
  await untilReady(child)

  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    freeze: () => {
      child.kill('SIGSTOP')
    },
    thaw: () => {
      child.kill('SIGCONT')
    },
    stop: async () => {
      process.removeListener('exit', kill)
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit')
        kill()
        await exited
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}
