import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Sql } from '#shared/db/client.ts'
import type { Env } from '#shared/platform/env.ts'

/** Where a stack is, and who we are for it. Empty where it is not known: only the commands that need it complain. */
export type Target = {
  databaseUrl: string
  webhook: { url: string; secret: string }
  gateway: string
  client: { id: string; secret: string }
}

export type Context = { sql: Sql; target: Target; print: (line: string) => void }

/** A group of commands; `rest` is what stands behind its name. */
export type CommandGroup = {
  help: string
  run: (context: Context, rest: string[]) => Promise<void>
}

/** What was asked for makes no sense; its message says what to write instead. */
export class UsageError extends Error {
  override name = 'UsageError' as const
}

/**
 * The stack that runs here (stack.json in KOPEIKA_HOME), or what the environment says instead.
 * @throws UsageError when neither names a database
 */
export const findTarget = (env: Env): Target => {
  const file = join(env.KOPEIKA_HOME ?? '.kopeika', 'stack.json')
  let stack: Partial<Target> = {}
  try {
    stack = JSON.parse(readFileSync(file, 'utf8')) as Target
  } catch {
    if (!env.DATABASE_URL)
      throw new UsageError(`No stack runs here (${file} is missing): run npm start, or set DATABASE_URL.`)
  }
  return {
    databaseUrl: env.DATABASE_URL || stack.databaseUrl || '',
    webhook: {
      url: env.WEBHOOK_URL || stack.webhook?.url || '',
      secret: env.TELEGRAM_WEBHOOK_SECRET || stack.webhook?.secret || '',
    },
    gateway: (env.GATEWAY_URL || stack.gateway || '').replace(/\/+$/, ''),
    client: {
      id: env.CLIENT_ID || stack.client?.id || 'client',
      secret: env.CLIENT_SECRET || stack.client?.secret || '',
    },
  }
}

/** @throws UsageError */
export const wholeNumber = (text: string | undefined, what: string): number => {
  if (text === undefined || !/^\d{1,16}$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new UsageError(`${what} must be a whole number.`)
  return Number(text)
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** @throws UsageError */
export const paymentId = (text: string | undefined): string => {
  if (text === undefined || !UUID.test(text))
    throw new UsageError('The payment id must be one that "payments list" shows.')
  return text.toLowerCase()
}

/** Why something is done. @throws UsageError */
export const reasonOf = (text: string | undefined): string => {
  if (text === undefined || text.trim() === '')
    throw new UsageError('Say why: --reason "..."; it is kept with what you do.')
  return text.trim()
}

/** A page of a list: at most 1,000. @throws UsageError */
export const limitOf = (text: string | undefined): number => {
  const limit = text === undefined ? 100 : wholeNumber(text, '--limit')
  if (limit < 1 || limit > 1_000) throw new UsageError('--limit must be from 1 to 1000.')
  return limit
}

type Flags<Name extends string> = Partial<Record<Name, string>>

/**
 * Reads `--name value` and `--switch` beside the words of a command.
 * @throws UsageError for a flag that it does not know, or a word too many
 */
export const readFlags = <Name extends string = never, Switch extends string = never>(
  rest: string[],
  { names = [], switches = [], words = 0 }: { names?: Name[]; switches?: Switch[]; words?: number },
): { flags: Flags<Name>; on: Set<Switch>; words: string[] } => {
  const options = Object.fromEntries([
    ...names.map((name) => [name, { type: 'string' as const }]),
    ...switches.map((name) => [name, { type: 'boolean' as const }]),
  ])
  try {
    const parsed = parseArgs({ args: rest, allowPositionals: true, options })
    const { positionals } = parsed
    const values = new Map(Object.entries(parsed.values))
    if (positionals.length > words) throw new Error(`Too many words: ${positionals.slice(words).join(' ')}`)
    const flags: Flags<string> = Object.fromEntries(
      names.flatMap((name) => (values.has(name) ? [[name, String(values.get(name))]] : [])),
    )
    return {
      flags: flags as Flags<Name>,
      on: new Set(switches.filter((name) => values.get(name) === true)),
      words: positionals,
    }
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
