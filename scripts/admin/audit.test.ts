import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SEAL_PURPOSE, sealAudit } from '#shared/db/audit-seals.ts'
import { processEnv } from '#shared/platform/env.ts'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'

const KEY = 'a signing key of at least 32 characters'

let database: TestDatabase
let folder: string
beforeAll(async () => {
  database = await createTestDatabase()
  folder = mkdtempSync(join(tmpdir(), 'kopeika-audit-'))
  writeFileSync(join(folder, 'signing-key'), `${KEY}\n`)
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await database.drop()
})

const verify = async (words: string[], env: Record<string, string> = {}) => {
  const whole = {
    PATH: processEnv().PATH ?? '',
    KOPEIKA_HOME: folder,
    DATABASE_URL: database.ownerUrl,
    SIGNING_KEY_FILE: join(folder, 'signing-key'),
    ...env,
  }
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['scripts/admin.ts', 'audit', ...words], {
      env: whole,
    })
    return { code: 0, text: stdout }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, text: stdout + stderr }
  }
}

test('compares the log with its seals, and ends with 1 where they differ', async () => {
  const sign = (text: string): Buffer => createHmac('sha256', KEY).update(`${SEAL_PURPOSE}\n${text}`).digest()
  await database.ownerSql`insert into audit_log (actor, action) values ('test', 'one'), ('test', 'two')`
  await sealAudit(database.appSql, sign)
  await database.ownerSql`insert into audit_log (actor, action) values ('test', 'three')`
  expect(await verify(['verify'])).toEqual({
    code: 0,
    text: expect.stringMatching(
      /^2 entries under 1 seal.*\n1 not sealed yet, since 2.*\nnothing was changed\n$/,
    ),
  })
  await database.ownerSql`delete from audit_log where id = 2`
  expect(await verify(['verify'])).toEqual({
    code: 1,
    text: expect.stringMatching(/holds 1 entries from 1 to 2, not 2\n1 problem/),
  })
}, 60_000)

test('says what to write, and which key is missing', async () => {
  expect(await verify(['mend'])).toMatchObject({ code: 1, text: expect.stringMatching(/audit verify/) })
  const env = { SIGNING_KEY_FILE: join(folder, 'none') }
  expect(await verify(['verify'], env)).toMatchObject({
    code: 1,
    text: expect.stringMatching(/signing key cannot be read.*SIGNING_KEY_FILE/),
  })
}, 60_000)
