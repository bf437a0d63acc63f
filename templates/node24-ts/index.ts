/**
 * The process of one function: `node index.ts --entry <handler.ts> [--port 3000] [--host 127.0.0.1] [--linger <ms>] [--grace <ms>]
 * [--stop-with-stdin]`. In an image of-watchdog starts it and forwards to port 3000; the local stack starts the same file with port 0
 * and hears the port over IPC.
 */
import { parseArgs } from 'node:util'
import { loadFunction } from './load-function.ts'
import { cutLongLines } from './output.ts'
import { serve } from './server.ts'

/** How long calls under way may take after SIGTERM: alone, and behind of-watchdog, which waits for its write_timeout of 22 s. */
const GRACE_MS = 9_000
const WATCHDOG_GRACE_MS = 20_000

const { values } = parseArgs({
  options: {
    entry: { type: 'string', default: './function/handler.ts' },
    port: { type: 'string', default: '3000' },
    host: { type: 'string', default: '127.0.0.1' },
    // of-watchdog passes SIGTERM on at once, and goes on passing calls on for its healthcheck_interval
    linger: { type: 'string', default: '0' },
    grace: { type: 'string' },
    // a watchdog that was killed says nothing any more, but the pipe that it held breaks
    'stop-with-stdin': { type: 'boolean', default: false },
  },
})
const lingerMs = Number(values.linger)
const graceMs = Number(values.grace ?? (lingerMs > 0 ? WATCHDOG_GRACE_MS : GRACE_MS))

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
cutLongLines(process.stdout)
cutLongLines(process.stderr)

let isStopping = false
// of-watchdog overlooks an end with 0, and would answer 500 to everybody from then on
process.on('exit', (code) => {
  if (code === 0 && !isStopping) process.exitCode = 1
})

try {
  const module = await loadFunction(values.entry)
  const running = await module.handler.start()
  const server = await serve(running, {
    port: Number(values.port),
    host: values.host,
    onError: (error) => process.stderr.write(`request failed outside the handler: ${error}\n`),
  })

  const stop = (linger: number): void => {
    // faasd signals every process of the container, so Node hears SIGTERM twice
    if (isStopping) return
    isStopping = true
    server.drain(graceMs, linger).then(
      () => process.exit(0),
      (error: unknown) => die('could not stop cleanly', error),
    )
  }
  process.on('SIGTERM', () => stop(lingerMs))
  process.on('SIGINT', () => stop(lingerMs))
  process.on('disconnect', () => stop(0))
  if (values['stop-with-stdin']) {
    process.stdin.once('close', () => (isStopping ? process.exit(0) : stop(0)))
    process.stdin.resume()
  }
  process.send?.({ type: 'listening', port: server.port })
} catch (error) {
  die(`The function ${values.entry} could not start`, error)
}
