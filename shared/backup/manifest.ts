import { z } from 'zod'
import { installationOf, isSignedBy, type ManifestSigner } from './keys.ts'

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const Count = z.int().nonnegative()

/** One object of a backup: rows of one table, compressed and encrypted by themselves. */
const PartEntry = z.strictObject({
  key: z.string(),
  /** Of the object as it lies in the bucket. */
  bytes: Count,
  sha256: Sha256,
  rows: Count,
  /** Before compression. */
  plainBytes: Count,
})
export type PartEntry = z.infer<typeof PartEntry>

const TableEntry = z.strictObject({
  schema: z.string(),
  name: z.string(),
  columns: z.array(z.string()),
  rows: Count,
  /** The same for the same rows in any order (see `fingerprintTable`). */
  hash: z.string(),
  parts: z.array(PartEntry),
  /** `copies`: kept apart from the backup, and only as of the newest one, so that an erasure reaches older backups. */
  place: z.enum(['backups', 'copies']),
})
export type TableEntry = z.infer<typeof TableEntry>

const Ledger = z.strictObject({
  wallets: Count,
  coins: z.string(),
  held: z.string(),
  debt: z.string(),
  transactions: Count,
  sum: z.string(),
})
export type LedgerTotals = z.infer<typeof Ledger>

/** What a backup is. Everything in it is covered by the signature. */
export const Manifest = z.strictObject({
  format: z.literal(1),
  installation: z.string(),
  backupId: z.string(),
  /** The moment of the snapshot: what was committed before it is in the backup. */
  snapshotAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  server: z.string(),
  schema: z.strictObject({
    /** Newest migration. */
    version: z.string(),
    migrations: z.array(z.strictObject({ id: z.string(), checksum: Sha256 })),
    /** Of every table and column. */
    fingerprint: Sha256,
    /** graphile-worker's own newest migration. */
    worker: Count,
  }),
  /** In an order in which foreign keys hold. */
  tables: z.array(TableEntry),
  sequences: z.array(z.strictObject({ name: z.string(), value: z.string(), isCalled: z.boolean() })),
  ledger: Ledger,
  audit: z.strictObject({ lastId: z.string(), rows: Count, hash: z.string() }),
  /** Migrations and what a restore by hand needs, as a tar. */
  kit: PartEntry,
  objects: z.strictObject({ count: Count, bytes: Count, inventory: z.array(PartEntry) }),
})
export type Manifest = z.infer<typeof Manifest>

/** A manifest that must not be believed, or a part that is not what the manifest says. */
export class DamagedBackup extends Error {
  override name = 'DamagedBackup' as const
}

const Sealed = z.strictObject({ signature: z.string(), manifest: z.unknown() })

const layOut = (signature: string, manifest: unknown): string =>
  `${JSON.stringify({ signature, manifest })}\n`

/** The text of `manifest.json`. */
export const sealManifest = (manifest: Manifest, signer: ManifestSigner): string => {
  const plain = Manifest.parse(manifest)
  return layOut(signer.sign(JSON.stringify(plain)), plain)
}

const parseSealed = (text: string): z.infer<typeof Sealed> => {
  try {
    return Sealed.parse(JSON.parse(text))
  } catch (error) {
    throw new DamagedBackup('The manifest cannot be read: it is damaged or cut off.', { cause: error })
  }
}

/**
 * Reads a manifest that one of our installations has signed, byte for byte as it was written.
 * @throws DamagedBackup when it was changed, belongs to another installation or backup, or is of a later format
 */
export const openManifest = (text: string, manifestKeys: readonly string[], backupId: string): Manifest => {
  const { signature, manifest } = parseSealed(text)
  const plain = JSON.stringify(manifest)
  const signer = manifestKeys.find((key) => isSignedBy(key, plain, signature))
  if (signer === undefined) {
    const claimed = z.looseObject({ installation: z.string() }).safeParse(manifest).data?.installation
    const ours = manifestKeys.map(installationOf)
    throw new DamagedBackup(
      claimed !== undefined && !ours.includes(claimed)
        ? `The backup is of another installation (${claimed}), not of ${ours.join(', ')}.`
        : 'The manifest was changed after it had been signed.',
    )
  }
  if (text !== layOut(signature, manifest)) throw new DamagedBackup('The manifest is not as it was written.')
  const result = Manifest.safeParse(manifest)
  if (!result.success) throw new DamagedBackup('The manifest is of a format that this version does not know.')
  if (result.data.installation !== installationOf(signer) || result.data.backupId !== backupId)
    throw new DamagedBackup('The manifest lies in the place of another one.')
  return result.data
}

/** Rows of all tables. */
export const rowsOf = (manifest: Manifest): number => manifest.tables.reduce((sum, { rows }) => sum + rows, 0)

/** Every object of the backup beside the manifest itself. */
export const partsOf = (manifest: Manifest): { place: 'backups' | 'copies'; part: PartEntry }[] => [
  ...manifest.tables.flatMap(({ place, parts }) => parts.map((part) => ({ place, part }))),
  { place: 'backups', part: manifest.kit },
  ...manifest.objects.inventory.map((part) => ({ place: 'backups' as const, part })),
]
