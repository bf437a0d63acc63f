import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SEAL_PURPOSE, type SignSeal, verifyAudit } from '#shared/db/audit-seals.ts'
import { type Env, processEnv } from '#shared/platform/env.ts'
import { type CommandGroup, readFlags, UsageError } from './context.ts'

const HELP = `The audit log: who did what, sealed every few minutes by reconcile.

  audit verify    compares every entry with its seal; a changed or removed one is named by its range (SIGNING_KEY_FILE: the secret signing-key)
`

/** @throws UsageError where the key is not to be had */
const readSigner = (env: Env): SignSeal => {
  const file = env.SIGNING_KEY_FILE || join(env.KOPEIKA_HOME ?? '.kopeika', 'secrets', 'signing-key')
  let key: string
  try {
    key = readFileSync(file, 'utf8').trim()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`The signing key cannot be read (${why}): set SIGNING_KEY_FILE.`)
  }
  return (text) => createHmac('sha256', key).update(`${SEAL_PURPOSE}\n${text}`).digest()
}

export const audit: CommandGroup = {
  help: HELP,
  run: async ({ sql, print }, rest) => {
    const { words } = readFlags(rest, { words: 1 })
    if (words[0] !== 'verify') throw new UsageError(HELP)
    const { seals, sealed, unsealed, unsealedSince, problems } = await verifyAudit(
      sql,
      readSigner(processEnv()),
    )
    print(`${sealed} entries under ${seals} seal(s)`)
    if (unsealed > 0) print(`${unsealed} not sealed yet, since ${unsealedSince?.toISOString()}`)
    for (const problem of problems) print(problem)
    print(problems.length === 0 ? 'nothing was changed' : `${problems.length} problem(s)`)
    if (problems.length > 0) process.exitCode = 1
  },
}
