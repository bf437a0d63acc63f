import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeSecret } from '../../local/secret-files.ts'
import { checkSecrets } from './check.ts'
import { type Answers, type BackupKeys, type MakeContext, UsageError } from './context.ts'
import { SECRETS, type SecretRule } from './table.ts'

export type MakeOptions = {
  folder: string
  answers: Answers
  backupKeys: BackupKeys
  /** Names of the secrets that get a new text; all others that are there stay as they are. */
  rotate: readonly string[]
  /** Whom the files shall belong to; undefined = whoever runs this. */
  ownerId: number | undefined
}

export type MadeSecrets = {
  made: string[]
  renewed: string[]
  kept: string[]
  /** What the renewals ask for, one sentence each. */
  todo: string[]
  secrets: ReadonlyMap<string, string>
}

/** Secrets that stack.yml names and this command cannot make: a new function's, say. */
export const unknownSecrets = (namedInStack: Iterable<string>): string[] => {
  const names = new Set(SECRETS.filter(({ readBy }) => readBy === 'functions').map(({ name }) => name))
  return [...new Set(namedInStack)].filter((name) => !names.has(name))
}

const read = (folder: string, name: string): string | undefined => {
  const file = join(folder, name)
  if (!existsSync(file)) return undefined
  const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  // an empty file would stop a container at its start, long after this command
  return text === '' ? undefined : text
}

const checkRotation = (rotate: readonly string[]): void => {
  for (const name of rotate) {
    const rule = SECRETS.find((one) => one.name === name)
    if (!rule)
      throw new UsageError(
        `--rotate: there is no secret ${name}; there are ${SECRETS.map((one) => one.name).join(', ')}.`,
      )
    if (rule.follows) throw new UsageError(`--rotate: ${name} follows ${rule.follows}: renew that one.`)
  }
}

/** Decides about one secret; the folder is not touched. */
const decide = (
  rule: SecretRule,
  old: string | undefined,
  isRenewed: boolean,
  context: MakeContext,
): string => {
  if (rule.follows) return rule.make(context)
  if (old === undefined) return rule.make(context)
  if (!isRenewed) return old
  return rule.renew ? rule.renew(old, context) : rule.make(context)
}

const openFolder = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
}

/**
 * Makes every secret that is missing, renews those named, and leaves all others alone. Nothing is written unless all of them together are good.
 * @throws UsageError saying what is wrong and what to do, without showing a value
 */
export const makeSecrets = ({ folder, answers, backupKeys, rotate, ownerId }: MakeOptions): MadeSecrets => {
  checkRotation(rotate)
  const before = new Map<string, string>()
  const after = new Map<string, string>()
  for (const rule of SECRETS) {
    const old = read(folder, rule.name)
    if (old !== undefined) before.set(rule.name, old)
    after.set(
      rule.name,
      decide(rule, old, rotate.includes(rule.name), { answers, backupKeys, secrets: after }),
    )
  }
  checkSecrets(after)
  openFolder(folder)
  const result: MadeSecrets = { made: [], renewed: [], kept: [], todo: [], secrets: after }
  for (const rule of SECRETS) {
    const text = after.get(rule.name) ?? ''
    const old = before.get(rule.name)
    if (old === text) result.kept.push(rule.name)
    else {
      writeSecret(folder, rule.name, text)
      ;(old === undefined ? result.made : result.renewed).push(rule.name)
      if (old !== undefined && rule.afterRenewal) result.todo.push(`${rule.name}: ${rule.afterRenewal}`)
    }
    const file = join(folder, rule.name)
    chmodSync(file, 0o600)
    if (ownerId !== undefined) chownSync(file, ownerId, ownerId)
  }
  return result
}
