/** `npm run secrets`: the secrets of an installation as files, for compose and for OpenFaaS. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { makeBackupKeys } from '#shared/backup/keys.ts'
import { type Env, processEnv } from '#shared/platform/env.ts'
import { UsageError } from './secrets/context.ts'
import { type MadeSecrets, makeSecrets, unknownSecrets } from './secrets/make-secrets.ts'
import { HELP, readSecretsOptions, type SecretsOptions } from './secrets/options.ts'
import { SECRETS } from './secrets/table.ts'

export type SecretsCommand = {
  args: string[]
  env: Env
  isRoot: boolean
  /** Asks the person; undefined where nobody sits there. */
  ask: ((question: string) => Promise<string>) | undefined
  print: (line: string) => void
}

const EXIT = { done: 0, failed: 1, usage: 2 } as const
const stackFile = join(dirname(import.meta.dirname), 'stack.yml')

const Stack = z.looseObject({
  functions: z.record(z.string(), z.looseObject({ secrets: z.array(z.string()).default([]) })),
})

const secretsOfStack = (): string[] => {
  const { functions } = Stack.parse(parse(readFileSync(stackFile, 'utf8'), { merge: true }))
  return Object.values(functions).flatMap(({ secrets }) => secrets)
}

/** What faas-cli is told: the same files under the same names. */
const faasCliCommands = (options: SecretsOptions, result: MadeSecrets): string[] =>
  SECRETS.filter(({ readBy }) => readBy === 'functions').map(({ name }) => {
    const verb = result.renewed.includes(name) ? 'update' : 'create'
    return `faas-cli secret ${verb} ${name} --from-file=${join(options.folder, name)} --gateway=${options.gateway}`
  })

const nextSteps = (options: SecretsOptions, result: MadeSecrets): string[] => [
  'Next:',
  '  compose    docker compose --profile prod up -d, then sudo npm run webhook -- set --url https://... (docs/operations/compose.md)',
  '  OpenFaaS   npm run secrets -- --faas-cli prints the commands (docs/operations/faasd.md, kubernetes.md)',
  `Keep a copy of ${options.folder}/master-keys and minio-kms-key where the backups are not: without them texts and pictures are lost.`,
  `Keep ${options.folder}/backup-identity off this machine too: it alone opens the backups.`,
  ...(result.secrets.get('alert-chat-id') === '0'
    ? ['Alerts go nowhere yet: npm run secrets -- --alert-chat-id <number> --rotate alert-chat-id']
    : []),
  ...(options.ownerId === undefined
    ? [
        "The files belong to you: compose's containers (user 10001) cannot read them. Run this once with sudo for compose.",
      ]
    : []),
]

const describe = (options: SecretsOptions, result: MadeSecrets): string[] => {
  const list = (what: string, names: string[]): string[] =>
    names.length > 0 ? [`${what}: ${names.join(', ')}`] : []
  return [
    ...list('made', result.made),
    ...list('renewed', result.renewed),
    ...list('kept as they are', result.kept),
    ...result.todo,
    ...(options.faasCli ? faasCliCommands(options, result) : nextSteps(options, result)),
  ]
}

const askForToken = async (options: SecretsOptions, { ask }: SecretsCommand): Promise<SecretsOptions> => {
  const isThere = existsSync(join(options.folder, 'telegram-bot-token'))
  const isWanted = !isThere || options.rotate.includes('telegram-bot-token')
  if (!isWanted || options.answers.botToken !== undefined || !ask) return options
  const botToken = (await ask("The bot's token (BotFather, /token): ")).trim() || undefined
  return { ...options, answers: { ...options.answers, botToken } }
}

/** The command without the process around it. Resolves to the exit code. */
export const runSecrets = async (command: SecretsCommand): Promise<number> => {
  const { args, env, isRoot, print } = command
  try {
    const given = readSecretsOptions(args, env, isRoot)
    if (given.help) {
      print(HELP)
      return EXIT.done
    }
    const unknown = unknownSecrets(secretsOfStack())
    if (unknown.length > 0)
      throw new Error(`stack.yml names secrets that this command does not make: ${unknown.join(', ')}.`)
    const options = await askForToken(given, command)
    const backupKeys = await makeBackupKeys()
    for (const line of describe(options, makeSecrets({ ...options, backupKeys }))) print(line)
    return EXIT.done
  } catch (error) {
    print(error instanceof Error ? error.message : String(error))
    return error instanceof UsageError ? EXIT.usage : EXIT.failed
  }
}

const askPerson = async (question: string): Promise<string> => {
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return await lines.question(question)
  } finally {
    lines.close()
  }
}

if (import.meta.main) {
  process.exitCode = await runSecrets({
    args: process.argv.slice(2),
    env: processEnv(),
    isRoot: process.getuid?.() === 0,
    ask: process.stdin.isTTY ? askPerson : undefined,
    print: (line) => console.log(line),
  })
}
