/**
 * The process of one function: `node index.ts --entry <handler.ts> [--port 3000] [--host 127.0.0.1] [--linger <ms>]`. In an image
 * of-watchdog starts it and forwards to port 3000; the local stack starts the same file with port 0 and hears the port over IPC.
 */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import type { FunctionModule } from './contract.ts'
import { serve } from './server.ts'

/** How long calls under way may take after SIGTERM. */
const GRACE_MS = 9_000

const { values } = parseArgs({
  options: {
    entry: { type: 'string', default: './function/handler.ts' },
    port: { type: 'string', default: '3000' },
    host: { type: 'string', default: '127.0.0.1' },
    // of-watchdog passes SIGTERM on at once, and goes on passing calls on for its healthcheck_interval
    linger: { type: 'string', default: '0' },
  },
})

/** One line on stderr, then the end: of-watchdog notices only an exit code other than 0 and restarts the container. */
const die = (what: string, error: unknown): never => {
  const text =
    error instanceof Error
      ? error.name === 'ConfigError'
        ? error.message
        : (error.stack ?? error.message)
      : String(error)
  process.stderr.write(`${what}: ${text}\n`.replace(/(?<!\d)\d{5,}:[\w-]{20,}/g, '[bot token]'))
  process.exit(1)
}

process.on('uncaughtException', (error) => die('uncaught exception', error))
process.on('unhandledRejection', (error) => die('unhandled rejection', error))

try {
  const module = (await import(pathToFileURL(resolve(values.entry)).href)) as FunctionModule
  const running = await module.handler.start()
  const server = await serve(running, {
    port: Number(values.port),
    host: values.host,
    onError: (error) => process.stderr.write(`request failed outside the handler: ${error}\n`),
  })

  let isStopping = false
  const stop = (): void => {
    // faasd signals every process of the container, so Node hears SIGTERM twice
    if (isStopping) return
    isStopping = true
    server.drain(GRACE_MS, Number(values.linger)).then(
      () => process.exit(0),
      (error: unknown) => die('could not stop cleanly', error),
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('disconnect', stop)
  process.send?.({ type: 'listening', port: server.port })
} catch (error) {
  die(`The function ${values.entry} could not start`, error)
}
