import type { Sql } from '#shared/db/client.ts'
import { checkLedger } from '#shared/db/ledger-check.ts'
import { inTransaction } from '#shared/db/transaction.ts'
import { fingerprintSchema, fingerprintTable, fixTextForms, readAuditHead, readLedger } from './catalogue.ts'
import type { Manifest } from './manifest.ts'
import type { RestorePlan } from './restore-plan.ts'

export type Proof = {
  /** What is not as the backup says; empty when all is well. */
  differences: string[]
  rows: number
  /** Wallets that do not equal the sum of their transactions. */
  drift: number
}

const compareTables = async (sql: Sql, plan: RestorePlan): Promise<{ differences: string[]; rows: number }> =>
  inTransaction(sql, async (tx) => {
    await fixTextForms(tx)
    const differences: string[] = []
    let rows = 0
    if ((await fingerprintSchema(tx)) !== plan.manifest.schema.fingerprint)
      differences.push('the schema is another one')
    for (const table of plan.manifest.tables) {
      const found = await fingerprintTable(tx, table)
      rows += found.rows
      // keys of a later backup: whoever was erased since is missing among them
      if (table.place === 'copies' && plan.keysFrom !== plan.manifest) continue
      if (found.rows !== table.rows || found.hash !== table.hash)
        differences.push(
          `${table.schema}.${table.name}: ${found.rows} rows instead of ${table.rows}, or other ones`,
        )
    }
    return { differences, rows }
  })

const compareTotals = async (sql: Sql, manifest: Manifest, before?: Manifest): Promise<string[]> =>
  inTransaction(sql, async (tx) => {
    await fixTextForms(tx)
    const differences: string[] = []
    if (JSON.stringify(await readLedger(tx)) !== JSON.stringify(manifest.ledger))
      differences.push('the totals of the ledger differ')
    if (JSON.stringify(await readAuditHead(tx)) !== JSON.stringify(manifest.audit))
      differences.push('the audit log differs')
    if (before && before.schema.fingerprint === manifest.schema.fingerprint) {
      const then = await readAuditHead(tx, { upTo: before.audit.lastId })
      if (JSON.stringify(then) !== JSON.stringify(before.audit))
        differences.push(`the audit log was changed since the backup ${before.backupId}`)
    }
    return differences
  })

/**
 * Compares a restored database with what the backup says of it: schema, rows and hash of every table, totals, audit log (also against
 * the backup before it, since the log only grows), and that every wallet equals its ledger.
 */
export const proveRestored = async (sql: Sql, plan: RestorePlan, before?: Manifest): Promise<Proof> => {
  const { differences, rows } = await compareTables(sql, plan)
  const totals = await compareTotals(sql, plan.manifest, before)
  const { drift } = await checkLedger(sql)
  return {
    differences: [
      ...differences,
      ...totals,
      ...(drift.length > 0 ? [`${drift.length} wallet(s) do not equal their ledger`] : []),
    ],
    rows,
    drift: drift.length,
  }
}
