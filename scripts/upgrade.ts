/** `npm run upgrade`: another version of a compose installation, one function after the other, with somebody answering at any time. */
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { type Env, processEnv } from '#shared/platform/env.ts'
import { DockerError, openDocker } from './upgrade/docker.ts'
import { functionsOf, readTag, writeTag } from './upgrade/installation.ts'
import { type Patience, replaceFunction, UnhealthyError } from './upgrade/replace.ts'

const HELP = `Brings a docker compose installation to another version.

  npm run upgrade -- --tag 0.2.0

  --tag <tag>          of the images; .env remembers it at the end
  --build              builds the images here instead of pulling them (build/<function>: faas-cli build --shrinkwrap -f stack.yml)
  --no-migrate         leaves the database as it is: the way back to an older version
  --only <a,b>         these functions alone; .env stays as it is
  --wait <seconds>     how long a new container may take to become healthy (default 120)
  --folder <path>      of docker-compose.yml and .env (default: this repository)

Images, migrations, the store's users; then each function: a new container beside the old one, and the old one drained and removed when the new one
is healthy; at last the scheduler. What does not become healthy is removed, the old container serves on, and the command ends with 1: what was
replaced before stays (migrations leave the version before working). Make a backup first. Exit code: 0 done, 1 stopped half-way, 2 wrong usage.
`

const EXIT = { done: 0, failed: 1, usage: 2 } as const
const OPTIONS = {
  tag: { type: 'string' },
  build: { type: 'boolean', default: false },
  'no-migrate': { type: 'boolean', default: false },
  only: { type: 'string' },
  wait: { type: 'string', default: '120' },
  folder: { type: 'string', default: dirname(import.meta.dirname) },
  help: { type: 'boolean', short: 'h', default: false },
} as const

export type UpgradeCommand = {
  args: string[]
  env: Env
  print: (line: string) => void
  patience?: Pick<Patience, 'lookMs' | 'settleMs'>
}

type Plan = {
  tag: string
  before: string | undefined
  folder: string
  isBuilt: boolean
  isMigrated: boolean
  functions: string[]
  isWhole: boolean
  healthyMs: number
}

class UsageError extends Error {
  override name = 'UsageError' as const
}

const choose = (all: readonly string[], only: string | undefined): string[] => {
  if (only === undefined) return [...all]
  const names = only.split(',').map((name) => name.trim())
  const strange = names.find((name) => !all.includes(name))
  if (strange !== undefined)
    throw new UsageError(`--only: there is no function ${strange}; there are ${all.join(', ')}.`)
  return names
}

const readPlan = (args: string[]): Plan | undefined => {
  let parsed: ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>
  try {
    parsed = parseArgs({ args, options: OPTIONS })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
  const { values } = parsed
  if (values.help) return undefined
  if (!values.tag) throw new UsageError('--tag is missing: which version shall it be?')
  if (!/^[\w][\w.-]{0,127}$/.test(values.tag))
    throw new UsageError(`--tag ${values.tag} is no tag of an image.`)
  const seconds = Number(values.wait)
  if (!(seconds > 0 && seconds <= 3_600)) throw new UsageError('--wait must be 1 to 3600 seconds.')
  return {
    tag: values.tag,
    before: readTag(values.folder),
    folder: values.folder,
    isBuilt: values.build,
    isMigrated: !values['no-migrate'],
    functions: choose(functionsOf(values.folder), values.only),
    isWhole: values.only === undefined,
    healthyMs: seconds * 1_000,
  }
}

const wayBack = ({ before }: Plan): string =>
  before === undefined
    ? 'The way back: the same command with the tag of before and --no-migrate.'
    : `The way back: npm run upgrade -- --tag ${before} --no-migrate`

const carryOut = async (plan: Plan, { env, print, patience }: UpgradeCommand): Promise<void> => {
  const { tag, functions } = plan
  const docker = openDocker({ cwd: plan.folder, env: { ...env, TAG: tag } })
  await docker.read(['compose', 'config', '--quiet'])
  print(`images of ${tag}`)
  await docker.run(['compose', ...(plan.isBuilt ? ['build'] : ['pull', '--ignore-pull-failures'])])
  if (plan.isMigrated) {
    print('migrations')
    // without --no-deps compose would replace PostgreSQL and MinIO where this version describes them otherwise, in the middle of it all
    for (const name of ['migrate', 'store-users'])
      await docker.run(['compose', 'run', '--rm', '--no-deps', name])
  }
  const done: string[] = []
  for (const name of functions) {
    try {
      const { replaced } = await replaceFunction(docker, name, {
        lookMs: 1_000,
        settleMs: 3_000,
        ...patience,
        healthyMs: plan.healthyMs,
      })
      print(`${name}: ${replaced === 0 ? 'started' : 'replaced'}`)
      done.push(name)
    } catch (error) {
      if (!(error instanceof UnhealthyError)) throw error
      const left = functions.filter((one) => !done.includes(one)).join(', ')
      throw new UnhealthyError(
        `${name}: the new container did not become healthy (${error.message}) and was removed; the old one serves on.\n` +
          `Of ${tag} are: ${done.join(', ') || 'none'}; still as before: ${left}.`,
      )
    }
  }
  if (!plan.isWhole) return
  await docker.run(['compose', 'up', '--detach', '--no-deps', '--no-build', 'cron'])
  writeTag(plan.folder, tag)
  print(
    `TAG=${tag} stands in .env. docker compose up -d replaces what else has changed: Caddy, monitoring, stores.`,
  )
}

/** Gives the exit code. */
export const runUpgrade = async (command: UpgradeCommand): Promise<number> => {
  const { args, print } = command
  let plan: Plan | undefined
  try {
    plan = readPlan(args)
    if (!plan) print(HELP)
    else {
      await carryOut(plan, command)
      print(wayBack(plan))
    }
    return EXIT.done
  } catch (error) {
    const isKnown =
      error instanceof UsageError || error instanceof UnhealthyError || error instanceof DockerError
    if (!plan && error instanceof Error) {
      print(`${error.message}\nSee npm run upgrade -- --help`)
      return EXIT.usage
    }
    if (!isKnown || !plan) throw error
    print(`${error.message}\n${wayBack(plan)}`)
    return EXIT.failed
  }
}

if (import.meta.main)
  process.exitCode = await runUpgrade({ args: process.argv.slice(2), env: processEnv(), print: console.log })
