import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { eraseAgain, readErasures } from '#shared/backup/erasures.ts'
import { recoverNewest } from '#shared/backup/recover.ts'
import { openForRestore, type RestoreReport, restore } from '#shared/backup/restore.ts'
import { lookAtTarget, planRestore, type RestorePlan } from '#shared/backup/restore-plan.ts'
import { listFolders } from '#shared/backup/vault.ts'
import { writeAudit } from '#shared/db/audit.ts'
import { openDatabase } from '#shared/db/client.ts'
import { readMigrations } from '#shared/db/migration-files.ts'
import { prepareDatabase } from '#shared/db/prepare.ts'
import { type Env, processEnv } from '#shared/platform/env.ts'
import { type BackupPlaces, openPlaces, readRecoveryKey } from './backup-store.ts'
import { callFunction } from './call.ts'
import { type CommandGroup, type Context, readFlags, UsageError } from './context.ts'

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url))

type Print = (line: string) => void

const HELP = `Brings a backup back. Shows what it would do; does it with --yes.

  restore --list                       the backups that there are
  restore --if-empty --yes             for a start with RECOVER=auto: the newest that proves good, where the database is empty; else nothing
  restore --erasures --yes             only erases again whoever the backups know to be erased: after a restore by other means (point in time)
  restore [--backup <id>] [--into <owner's url>] [--yes] [--replace] [--no-objects]
      --backup      the newest one unless said
      --into        the database's owner; the stack's own unless said (stop its functions first)
      --replace     throws away what the database holds; without it a database that is not empty is refused
      --no-objects  leaves avatars and transcripts in the object store as they are
  An interrupted restore goes on when it is called again. APP_DATABASE_URL and BACKUP_DATABASE_URL name the roles that are made;
  RECOVERY_KEY_FILE the operator's key.
`

const list = async (places: BackupPlaces, print: (line: string) => void): Promise<void> => {
  const { backups } = await listFolders(places.vault)
  for (const { backupId, isVerified } of backups)
    print(`${backupId}  ${isVerified ? 'proven' : ''}`.trimEnd())
  if (backups.length === 0) print('no backup')
}

const showPlan = (plan: RestorePlan, state: string, print: (line: string) => void): void => {
  const { manifest, keysFrom } = plan
  print(`backup    ${manifest.backupId}, of ${manifest.snapshotAt}, installation ${manifest.installation}`)
  print(
    `holds     ${plan.rows} rows in ${manifest.tables.length} tables, ${plan.bytes} bytes; ${plan.objects} objects`,
  )
  print(`schema    ${manifest.schema.version}`)
  print(`keys      ${keysFrom ? `of ${keysFrom.backupId}` : 'none are left: sealed texts stay unreadable'}`)
  print(`target    ${state}`)
}

const Report = z.looseObject({
  payments: z.looseObject({ checked: z.number(), credited: z.number(), reversed: z.number() }),
})

/** Payments since the backup come back from the providers' books. */
const reconcileAfter = async ({ target, print }: Context): Promise<void> => {
  try {
    const { payments } = await callFunction(target, { functionName: 'reconcile', path: '/' }, Report)
    print(
      `reconciled: ${payments.checked} line(s), ${payments.credited} credited, ${payments.reversed} reversed`,
    )
  } catch (error) {
    print(
      `reconcile could not be run now (${error instanceof Error ? error.message : String(error)}); its schedule does it, or: npm run admin -- reconcile`,
    )
  }
}

type Wish = {
  backupId?: string | undefined
  ownerUrl: string
  isYes: boolean
  replace: boolean
  objects: boolean
}

const optionsOf = ({ vault, source }: BackupPlaces, wish: Wish, env: Env, print: Print) => {
  const appUrl = env.APP_DATABASE_URL
  if (!appUrl)
    throw new UsageError("APP_DATABASE_URL is not set: the functions' role is made after the restore.")
  return {
    vault,
    ownerUrl: wish.ownerUrl,
    prepare: () =>
      prepareDatabase({
        ownerUrl: wish.ownerUrl,
        appUrl,
        backupUrl: env.BACKUP_DATABASE_URL || undefined,
        migrationsDir: MIGRATIONS,
      }),
    ...(wish.objects ? { source } : {}),
    say: print,
  }
}

const tellEnd = (report: RestoreReport, print: Print): void => {
  print(
    `restored ${report.rows} rows, ${report.objectsRestored} objects (${report.objectsMissing} have no copy any more)`,
  )
  print(
    `0 differences, ${report.drift} wallet(s) with a drift, ${report.erasedAgain} erasure(s) applied again`,
  )
  print(`RPO ${report.rpoSeconds} s, RTO ${report.rtoSeconds} s`)
}

const carryOut = async (context: Context, places: BackupPlaces, wish: Wish, env: Env): Promise<void> => {
  const { print } = context
  const key = readRecoveryKey(env)
  const migrations = await readMigrations(MIGRATIONS)
  const plan = await planRestore({ vault: places.vault, ...key, migrations, backupId: wish.backupId })
  const look = openForRestore(wish.ownerUrl)
  const state = await lookAtTarget(look, plan.manifest.backupId).finally(() => look.end({ timeout: 5 }))
  showPlan(plan, state === 'full' ? 'holds data' : state, print)
  if (state === 'full' && !wish.replace)
    throw new UsageError(
      'The database is not empty: nothing was done. Say --replace to throw away what it holds.',
    )
  if (!wish.isYes) return print('Nothing was done yet: say --yes to do it.')
  const report = await restore(
    { ...optionsOf(places, wish, env, print), identities: key.identities, replace: wish.replace },
    plan,
  )
  const { differences: _none, ...figures } = report
  const sql = openDatabase({ url: wish.ownerUrl, applicationName: 'kopeika-admin', max: 1 })
  const entry = {
    actor: 'operator',
    action: 'restored',
    subject: `backup:${report.backupId}`,
    details: figures,
  }
  await writeAudit(sql, entry).finally(() => sql.end({ timeout: 5 }))
  tellEnd(report, print)
  await reconcileAfter(context)
}

/** For a start: the newest backup that proves good into an empty database. */
const fillIfEmpty = async (context: Context, places: BackupPlaces, wish: Wish, env: Env): Promise<void> => {
  const { print } = context
  if (!wish.isYes) throw new UsageError('--if-empty goes with --yes.')
  const recovery = await recoverNewest({
    ...optionsOf(places, wish, env, print),
    key: () => readRecoveryKey(env),
    migrations: await readMigrations(MIGRATIONS),
  })
  if (!recovery) return print('The database holds data, or there is no backup: nothing to restore.')
  tellEnd(recovery.report, print)
  await reconcileAfter(context)
}

/** A database that came back by other means may hold people again who were erased. */
const eraseOnly = async ({ print }: Context, { vault }: BackupPlaces, wish: Wish): Promise<void> => {
  const erasures = await readErasures(vault)
  if (!wish.isYes)
    return print(`The backups know of ${erasures.length} erasure(s). Nothing was done yet: say --yes.`)
  const sql = openForRestore(wish.ownerUrl)
  const count = await eraseAgain(sql, erasures).finally(() => sql.end({ timeout: 5 }))
  print(`${count} of ${erasures.length} erasure(s) applied again`)
}

export const restoreCommand: CommandGroup = {
  help: HELP,
  run: async (context, rest) => {
    const { flags, on } = readFlags(rest, {
      names: ['backup', 'into'],
      switches: ['list', 'yes', 'replace', 'no-objects', 'if-empty', 'erasures'],
    })
    const env = processEnv()
    const places = openPlaces(env)
    try {
      if (on.has('list')) return await list(places, context.print)
      const wish = {
        backupId: flags.backup,
        ownerUrl: flags.into ?? context.target.databaseUrl,
        isYes: on.has('yes'),
        replace: on.has('replace'),
        objects: !on.has('no-objects'),
      }
      if (on.has('erasures')) await eraseOnly(context, places, wish)
      else await (on.has('if-empty') ? fillIfEmpty : carryOut)(context, places, wish, env)
    } finally {
      places.close()
    }
  },
}
