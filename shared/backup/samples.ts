import type { Sql } from '#shared/db/client.ts'
import { createEnvelope, type MasterKeys, open, transcriptRecord } from '#shared/platform/crypto.ts'
import { type InventoryLine, readCopy } from './objects.ts'
import { readInventory } from './restore.ts'
import type { RestorePlan } from './restore-plan.ts'
import type { Vault } from './vault.ts'

/** How many of each are looked at. */
const SAMPLES = 20

export type SampleReport = { objects: number; texts: number; problems: string[] }

/** Every line is as likely to be in the sample as any other, and only the sample is kept. */
const sampleLines = async (lines: AsyncIterable<InventoryLine>): Promise<InventoryLine[]> => {
  const sample: InventoryLine[] = []
  let seen = 0
  for await (const line of lines) {
    seen += 1
    if (sample.length < SAMPLES) sample.push(line)
    else {
      const at = Math.floor(Math.random() * seen)
      if (at < SAMPLES) sample[at] = line
    }
  }
  return sample
}

const checkObjects = async (
  vault: Vault,
  plan: RestorePlan,
  identities: readonly string[],
  decode: (picture: Buffer) => Promise<unknown>,
): Promise<{ objects: number; problems: string[] }> => {
  const problems: string[] = []
  const sample = await sampleLines(readInventory(vault, plan, identities))
  for (const line of sample) {
    try {
      const bytes = await readCopy(vault, line, identities)
      if (line.kind === 'avatars') await decode(bytes)
    } catch (error) {
      problems.push(`${line.key}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return { objects: sample.length, problems }
}

type SealedText = { id: string; userId: string; data: Buffer; wrapped: Buffer; version: number }

const checkTexts = async (
  sql: Sql,
  masterKeys: MasterKeys,
): Promise<{ texts: number; problems: string[] }> => {
  const envelope = createEnvelope(masterKeys)
  const problems: string[] = []
  const rows = await sql<SealedText[]>`
    select t.id, t.user_id as "userId", transcript_data as data, wrapped_key as wrapped, version
    from user_transcripts t join user_keys k using (user_id)
    where transcript_data is not null order by random() limit ${SAMPLES}`
  for (const { id, userId, data, wrapped, version } of rows) {
    try {
      open(
        envelope.unwrapDataKey(userId, wrapped),
        { ownerId: userId, recordId: transcriptRecord(id, 'text'), keyVersion: version },
        data,
      )
    } catch (error) {
      problems.push(`transcript ${id}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return { texts: rows.length, problems }
}

/** Opens a few copies of objects (pictures are decoded) and a few transcripts out of a restored database. */
export const checkSamples = async (
  options: {
    vault: Vault
    identities: readonly string[]
    sql: Sql
    masterKeys: MasterKeys
    decode: (picture: Buffer) => Promise<unknown>
  },
  plan: RestorePlan,
): Promise<SampleReport> => {
  const objects = await checkObjects(options.vault, plan, options.identities, options.decode)
  const texts = await checkTexts(options.sql, options.masterKeys)
  return {
    objects: objects.objects,
    texts: texts.texts,
    problems: [...objects.problems, ...texts.problems],
  }
}
