import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseRecoveryKey } from '#shared/backup/keys.ts'
import { readManifest } from '#shared/backup/vault.ts'
import { createEnvelope, open, parseMasterKeys, transcriptRecord } from '#shared/platform/crypto.ts'
import { openStage, type Stage } from './support/stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

test('a backup comes back whole: every table, the jobs, sequences, objects, and texts can be read', async () => {
  const people = [await stage.addPerson(), await stage.addPerson(['one', 'two'])]
  await stage.sql`
    insert into transactions (user_id, amount, type, description, balance_after, actor)
    select ${people[0]?.id ?? ''}, case when n % 2 = 0 then 1 else -1 end, 'adjustment', repeat('x', 400), 10, 'test'
    from generate_series(1, 2000) n`
  const made = await stage.backup({ partPlainBytes: 100_000 })
  expect(made.objects).toBe(2)
  expect(made.tidyFailure).toBeUndefined()
  const { manifestKeys } = parseRecoveryKey(stage.keys.recoveryKey)
  const manifest = await readManifest(stage.vault, made.backupId, manifestKeys)
  const transactions = manifest.tables.find(({ name }) => name === 'transactions')
  expect(transactions?.rows).toBe(2004)
  expect(transactions?.parts.length).toBeGreaterThan(5)

  for (const kind of ['avatars', 'transcripts'] as const) {
    const keys: string[] = []
    for await (const { key } of stage.store.list(stage.source.buckets[kind], '')) keys.push(key)
    await stage.store.remove(stage.source.buckets[kind], keys)
  }
  const target = await stage.emptyDatabase()
  const report = await stage.restoreInto(target, { source: stage.source })
  expect(report).toMatchObject({
    differences: [],
    drift: 0,
    objectsRestored: 2,
    objectsMissing: 0,
    erasedAgain: 0,
  })
  expect(report.rows).toBe(made.rows)

  const envelope = createEnvelope(parseMasterKeys(stage.masterKeys))
  const rows = await target.appSql<{ id: string; userId: string; data: Buffer; wrapped: Buffer }[]>`
    select t.id, t.user_id as "userId", transcript_data as data, wrapped_key as wrapped
    from user_transcripts t join user_keys k using (user_id) order by t.id`
  const texts = rows.map(({ id, userId, data, wrapped }) =>
    open(
      envelope.unwrapDataKey(userId, wrapped),
      { ownerId: userId, recordId: transcriptRecord(id, 'text'), keyVersion: 1 },
      data,
    ).toString(),
  )
  expect(texts.sort()).toEqual(['a secret text', 'one', 'two'])
  const [audit] = await target.ownerSql<{ id: number }[]>`
    insert into audit_log (actor, action) values ('test', 'next') returning id`
  expect(audit?.id).toBe(people.length + 1)
})
