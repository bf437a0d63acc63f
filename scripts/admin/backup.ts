import { writeFileSync } from 'node:fs'
import { z } from 'zod'
import { makeBackupKeys } from '#shared/backup/keys.ts'
import { listFolders } from '#shared/backup/vault.ts'
import { openPlaces } from './backup-store.ts'
import { callFunction } from './call.ts'
import { type CommandGroup, type Context, readFlags, UsageError } from './context.ts'

const HELP = `Backups: made each hour by the function backup, proven each day by restore-check (docs/operations/backups.md).

  backup                    makes one now
  backup check              restores the newest one into a database that is thrown away, and proves it
  backup status             those that there are, and how the last checks ended
  backup keys --out <file>  fresh keys for an installation: the recovery key goes into the file, what the server needs is printed
`

const Made = z.looseObject({ backupId: z.string().optional(), running: z.boolean().optional() })

const call = async ({ target, print }: Context, functionName: string): Promise<void> => {
  const answer = await callFunction(target, { functionName, path: '/' }, Made)
  if (answer.running === true) return print('under way; "backup status" tells when it is there')
  for (const [name, value] of Object.entries(answer)) print(`${name}: ${String(value)}`)
  if (answer.ok === false) process.exitCode = 1
}

const status = async ({ sql, print }: Context): Promise<void> => {
  const places = openPlaces()
  try {
    const { backups } = await listFolders(places.vault)
    for (const { backupId, isVerified } of backups)
      print(`${backupId}  ${isVerified ? 'proven' : ''}`.trimEnd())
    if (backups.length === 0) print('no backup')
    const checks = await sql<{ at: Date; details: { report?: string } }[]>`
      select created_at as at, details from audit_log where action = 'backup-checked' order by id desc limit 5`
    for (const { at, details } of checks) print(`checked ${at.toISOString()}  ${details.report ?? ''}`)
  } finally {
    places.close()
  }
}

const makeKeys = async ({ print }: Context, file: string | undefined): Promise<void> => {
  if (file === undefined) throw new UsageError(HELP)
  const keys = await makeBackupKeys()
  writeFileSync(file, `${keys.recoveryKey}\n`, { mode: 0o600, flag: 'wx' })
  print(`backup-recipients: ${keys.recipients}`)
  print(`backup-signing-key: ${keys.signingKey}`)
  print(`${file} opens every backup: take it off this machine, keep it twice, and lose it never.`)
}

export const backup: CommandGroup = {
  help: HELP,
  run: async (context, rest) => {
    const { words, flags } = readFlags(rest, { words: 1, names: ['out'] })
    const [word] = words
    if (word === undefined) await call(context, 'backup')
    else if (word === 'check') await call(context, 'restore-check')
    else if (word === 'status') await status(context)
    else if (word === 'keys') await makeKeys(context, flags.out)
    else throw new UsageError(HELP)
  },
}
