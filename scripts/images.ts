/**
 * `npm run images -- [--local-bases] [--only name,...]`: builds the image of every function as kopeika-local/<name>, starts the whole system with
 * them (`npm start -- --watchdog` with containers in of-watchdog's place), and tells size and cold start of each, started one after the other.
 * Needs faas-cli (scripts/install-faas-cli.sh) and a Docker engine. `--local-bases`: from the base images of deploy/images/base-images.sh.
 */
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'
import { processEnv } from '#shared/platform/env.ts'
import { findFaasCli, readExternals, shrinkwrap } from '../local/bundles.ts'

const run = promisify(execFile)
const root = dirname(import.meta.dirname)
const env = processEnv()
const LOCAL_BASES = [
  'NODE_IMAGE=kopeika-local/node',
  'DEBIAN_IMAGE=kopeika-local/debian',
  'WATCHDOG_IMAGE=kopeika-local/of-watchdog',
]
const LOOK_MS = 200
/** Each takes as long to stop as of-watchdog drains. */
const MEASURE_MS = 300_000

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const { values } = parseArgs({
  options: { 'local-bases': { type: 'boolean', default: false }, only: { type: 'string' } },
})
const externals = readExternals(join(root, 'stack.yml'))
const names = values.only?.split(',') ?? [...externals.keys()]

/** Seconds that it took. */
const build = async (name: string): Promise<number> => {
  const since = performance.now()
  const args = [`EXTERNALS=${externals.get(name) ?? ''}`, ...(values['local-bases'] ? LOCAL_BASES : [])]
  await run(
    'docker',
    [
      ...['build', '--quiet', '--network', 'host', '--tag', `kopeika-local/${name}`],
      ...args.flatMap((arg) => ['--build-arg', arg]),
      join(root, 'build', name),
    ],
    { env: { ...env, DOCKER_BUILDKIT: '1' } },
  )
  return (performance.now() - since) / 1000
}

const sizeOf = async (name: string): Promise<number> => {
  const { stdout } = await run('docker', [
    'image',
    'inspect',
    '--format',
    '{{.Size}}',
    `kopeika-local/${name}`,
  ])
  return Number(stdout)
}

const readyTimes = (home: string, name: string): number[] =>
  [
    ...readFileSync(join(home, 'logs', `${name}.log`), 'utf8').matchAll(
      /^container of .*: ready after (\d+) ms$/gm,
    ),
  ].map(([, ms]) => Number(ms))

/** The second start of each, alone on the machine; at the first one all start at once. */
const measure = async (): Promise<Map<string, number>> => {
  const home = mkdtempSync(join(tmpdir(), 'kopeika-images-'))
  const child = spawn(process.execPath, ['local/start.ts', '--watchdog'], {
    cwd: root,
    env: {
      PATH: env.PATH,
      HOME: env.HOME,
      KOPEIKA_HOME: home,
      GATEWAY_PORT: '0',
      OF_WATCHDOG: join(import.meta.dirname, 'images/in-container.ts'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  try {
    const ready = new Promise<void>((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => line.startsWith('ready ') && resolve())
    })
    const tooEarly = ended.then(() => {
      throw new Error('The stack ended, see its last words above.')
    })
    await Promise.race([ready, tooEarly])
    child.kill('SIGUSR2')
    const allTwice = async (): Promise<void> => {
      while (names.some((name) => readyTimes(home, name).length < 2)) await sleep(LOOK_MS)
    }
    await Promise.race([allTwice(), tooEarly, sleep(MEASURE_MS, undefined, { ref: false })])
    return new Map(names.map((name) => [name, readyTimes(home, name)[1] ?? 0]))
  } finally {
    child.kill('SIGINT')
    await ended
    rmSync(home, { recursive: true, force: true })
  }
}

await shrinkwrap(root, findFaasCli(env))
for (const name of names) say(`${name}: built in ${(await build(name)).toFixed(1)} s`)
const times = await measure()
say('\n| function | image | cold start to ready |\n| --- | --- | --- |')
for (const name of names) {
  say(
    `| \`${name}\` | ${Math.round((await sizeOf(name)) / 1e6)} MB | ${((times.get(name) ?? 0) / 1000).toFixed(2)} s |`,
  )
}
