/** `npm run bench -- <name>`: named benchmarks; each measures its anchor in the same run and prints the ratio. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { processEnv } from '#shared/platform/env.ts'
import { startStack } from '../local/stack.ts'
import type { StackDescription } from '../local/stack-file.ts'
import { benchAvatar } from './avatar.ts'
import { benchBackup } from './backup.ts'
import { benchBackupWebhook } from './backup-webhook.ts'
import { benchCabinet } from './cabinet.ts'
import { benchCharge } from './charge.ts'
import { benchSearch } from './search.ts'
import { benchStorage } from './storage.ts'
import { benchWatchdog } from './watchdog.ts'
import { benchWebhook } from './webhook.ts'

export type Bench = (stack: StackDescription, seconds: number, print: (line: string) => void) => Promise<void>

const BENCHES: Record<string, { run: Bench; about: string }> = {
  avatar: {
    run: benchAvatar,
    about: 'uploads against bare sharp making the same pictures; memory over 1,000 of them',
  },
  backup: {
    run: benchBackup,
    about: 'a backup against psql | zstd | age over the same data',
  },
  'backup-webhook': {
    run: benchBackupWebhook,
    about: 'the webhook at a steady pace without and with a backup under way, in windows that take turns',
  },
  cabinet: {
    run: benchCabinet,
    about: 'the cabinet in Chromium: bytes, requests, largest contentful paint, against a page of one line',
  },
  charge: {
    run: benchCharge,
    about: 'POST /function/charge/ against the same charge as plain SQL on the same server',
  },
  storage: {
    run: benchStorage,
    about: 'upload and presigned read through our store against the minio client alone',
  },
  search: {
    run: benchSearch,
    about: 'search over 10,000 transcripts of one person against opening each text',
  },
  watchdog: {
    run: benchWatchdog,
    about: 'a function behind of-watchdog against the same one without it (scripts/install-of-watchdog.sh)',
  },
  webhook: {
    run: benchWebhook,
    about: 'updates through the dispatcher against an empty call of the same gateway',
  },
}

const HELP = `Benchmarks on a stack of their own (embedded servers, rate limits off, thrown away afterwards).

  npm run bench [-- <name> ...] [--seconds <n>]

${Object.entries(BENCHES)
  .map(([name, { about }]) => `  ${name.padEnd(14)} ${about}`)
  .join('\n')}

Ratios matter; absolute figures depend on the machine and on what else runs on it.
`

const parse = () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '5' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const names = positionals.length === 0 ? Object.keys(BENCHES) : positionals
  const seconds = Number(values.seconds)
  if (!(seconds > 0 && seconds <= 600)) throw new Error('--seconds must be a number from 1 to 600.')
  const chosen = names.map((name) => {
    const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined
    if (!bench) throw new Error(`There is no benchmark ${name}.\n\n${HELP}`)
    return { name, run: bench.run }
  })
  return { help: values.help, chosen, seconds }
}

const measure = async ({ chosen, seconds }: ReturnType<typeof parse>): Promise<void> => {
  const print = (line: string): void => console.log(line)
  const root = dirname(import.meta.dirname)
  const home = mkdtempSync(join(tmpdir(), 'kopeika-bench-'))
  const { PATH, HOME } = processEnv()
  const ending = new AbortController()
  const stack = await startStack(
    {
      root,
      stackYml: join(root, 'stack.yml'),
      env: { PATH, HOME, KOPEIKA_HOME: home, GATEWAY_PORT: '0', RATE_LIMITS: 'off', LOG_LEVEL: 'warn' },
      cwd: root,
      say: () => undefined,
      signal: ending.signal,
    },
    { kill: () => undefined },
  )
  try {
    const description = JSON.parse(readFileSync(join(home, 'stack.json'), 'utf8')) as StackDescription
    for (const { name, run } of chosen) {
      print(`\n${name}`)
      await run(description, seconds, print)
    }
  } finally {
    await stack.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

try {
  const parsed = parse()
  if (parsed.help) process.stdout.write(HELP)
  else await measure(parsed)
  process.exit(0)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exit(1)
}
