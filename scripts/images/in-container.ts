#!/usr/bin/env node
/**
 * Takes of-watchdog's place for `npm start -- --watchdog` and `npm run test:watchdog` (OF_WATCHDOG names this file): runs the function's image,
 * in which the real one is, as a container with a read-only root, no capabilities, the memory of stack.yml, and those secrets alone that
 * stack.yml lists. It is told like of-watchdog: by its name as argument and by its environment (port, metrics_port, upstream_url, fprocess, ...).
 */
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { processEnv } from '#shared/platform/env.ts'

/** Close together at first, since this is what is measured; many that start at once must not be kept from it by being asked. */
const READY_LOOK_MS = 20
const SLOW_LOOK_MS = 500
const SLOW_AFTER_MS = 2_000
/** For finding what was left behind by a test that was killed: `docker ps --filter label=kopeika-local`. */
const LABEL = 'kopeika-local'
/** What means something on this side alone; the container has its own. */
const NOT_PASSED = new Set(['PATH', 'HOME', 'TMPDIR', 'NODE_COMPILE_CACHE', 'SECRETS_DIR'])

const Entry = z.looseObject({ secrets: z.array(z.string()), limits: z.looseObject({ memory: z.string() }) })
const Stack = z.looseObject({ functions: z.record(z.string(), Entry) })

const root = dirname(dirname(import.meta.dirname))
const env = processEnv()
const name = process.argv[2] ?? ''

const { functions } = Stack.parse(parse(readFileSync(join(root, 'stack.yml'), 'utf8'), { merge: true }))
if (name === '--version') {
  const image = `${LABEL}/${Object.keys(functions)[0]}`
  execFileSync('docker', ['run', '--rm', '--network', 'none', image, 'fwatchdog', '--version'], {
    stdio: 'inherit',
  })
  process.exit(0)
}
const entry = functions[name]
if (!entry) throw new Error(`stack.yml has no function ${name}`)

/** As a platform mounts them: readable for the user of the container, whoever that is. */
const secrets = join(env.TMPDIR ?? '', 'secrets')
mkdirSync(secrets, { recursive: true, mode: 0o755 })
for (const secret of entry.secrets) {
  copyFileSync(join(env.SECRETS_DIR ?? '', secret), join(secrets, secret))
  chmodSync(join(secrets, secret), 0o444)
}

const option = (text: string | undefined, label: string): string =>
  new RegExp(`${label} (\\d+)`).exec(text ?? '')?.[1] ?? '0'
const told = {
  ...env,
  NODE_ENV: 'production',
  // where the starter has them on its side of the wall, the image has its own (stack.yml)
  TARIFF_FILE: './function/tariff.yml',
  MIGRATIONS_DIR: './function/migrations',
  PAGE_DIR: './function/page',
  // the entry says which function this is, to who looks at the list of processes; a bundle does not heed it
  fprocess: `node index.mjs --port ${option(env.fprocess, '--port')} --linger ${option(env.fprocess, '--linger')} --entry functions/${name}/handler.ts`,
  // a container is no child of the starter: by this the tests know whose it is
  KOPEIKA_STARTER: String(process.ppid),
}
const variables = Object.entries(told).filter(([key]) => !NOT_PASSED.has(key))

const container = `${LABEL}-${name}-${process.pid}`
/** Outlives us, in a session of its own: when we are killed its input ends without a word, and the container goes too. */
const reaper = spawn('sh', ['-c', 'read -r word || docker rm --force "$0" >/dev/null 2>&1', container], {
  detached: true,
  stdio: ['pipe', 'ignore', 'ignore'],
  env: { PATH: env.PATH },
})

const since = performance.now()
const child = spawn(
  'docker',
  [
    ...[
      'run',
      '--rm',
      '--name',
      container,
      '--label',
      LABEL,
      '--network',
      'host',
      '--read-only',
      '--tmpfs',
      '/tmp',
    ],
    ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    ...['--memory', entry.limits.memory.replace('Mi', 'm').replace('Gi', 'g')],
    ...['--volume', `${secrets}:/var/openfaas/secrets:ro`],
    // by name, so that values do not show in the list of processes
    ...variables.flatMap(([key]) => ['--env', key]),
    `${LABEL}/${name}`,
  ],
  { stdio: ['ignore', 'inherit', 'inherit'], env: { ...Object.fromEntries(variables), PATH: env.PATH } },
)
// the signal goes to the whole group: docker hands it on to the container
process.on('SIGTERM', () => undefined)
let isOver = false
child.once('close', (code) => {
  isOver = true
  reaper.once('close', () => process.exit(code ?? 1))
  if (code === null) reaper.stdin.end()
  else reaper.stdin.end('over\n')
})

while (!isOver) {
  const response = await fetch(`http://127.0.0.1:${env.port}/_/ready`).catch(() => undefined)
  await response?.arrayBuffer()
  if (response?.ok) break
  await sleep(performance.now() - since < SLOW_AFTER_MS ? READY_LOOK_MS : SLOW_LOOK_MS)
}
process.stdout.write(`container of ${name}: ready after ${Math.round(performance.now() - since)} ms\n`)
