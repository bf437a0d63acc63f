import { execFileSync } from 'node:child_process'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { processEnv } from '#shared/platform/env.ts'
import { findProgram } from '../../local/services/find-program.ts'

const env = processEnv()
/** Where scripts/install-caddy.sh puts what it builds. */
const built = join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kopeika/bin')
const path = env.PATH ?? ''

const HOW_TO_GET = {
  caddy: 'scripts/install-caddy.sh',
  promtool: 'apt-get install prometheus',
  amtool: 'apt-get install prometheus-alertmanager',
  'docker-compose': 'apt-get install docker-compose',
} as const
type Tool = keyof typeof HOW_TO_GET

/** Debian's 2.6 answers 502 where newer ones say 413. */
const isRecentCaddy = (program: string): boolean => {
  const version = execFileSync(program, ['version'], { encoding: 'utf8', env: { HOME: tmpdir() } })
  const [, minor] = /^v2\.(\d+)\./.exec(version) ?? []
  return Number(minor) >= 11
}

const findCaddy = (): string | undefined => {
  const own = findProgram(['caddy'], built)
  if (own !== undefined) return own
  const installed = findProgram(['caddy'], path)
  return installed !== undefined && isRecentCaddy(installed) ? installed : undefined
}

/** The file of a program, or undefined where this machine does not have it. */
const toolOf = (name: Tool): string | undefined =>
  name === 'caddy' ? findCaddy() : findProgram([name], path)

/** The same for a test that only runs where it is there. @throws Error */
export const mustHave = (name: Tool): string => {
  const program = toolOf(name)
  if (program === undefined) throw new Error(`There is no ${name}: ${HOW_TO_GET[name]}.`)
  return program
}

/** The test files that this machine has the tools for; one line for each tool that is missing. */
export const runnableFiles = (say: (line: string) => void): string[] =>
  (Object.keys(HOW_TO_GET) as Tool[]).flatMap((name) => {
    if (toolOf(name) !== undefined) return [`test/edge/${name}.test.ts`]
    say(`test:edge: there is no ${name} (${HOW_TO_GET[name]}); going on without its tests`)
    return []
  })
