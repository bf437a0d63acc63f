import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, expect, inject, it } from 'vitest'
import { serveForTest } from '../../local/testing/http.ts'
import { processesOf } from '../../local/testing/processes.ts'
import { createTestDatabase } from '../support/database.ts'
import { cleanUp, launchStart, makeHome } from './support/starter.ts'

const TIMEOUT_MS = 40_000
afterAll(cleanUp, 30_000)

/** A start that cannot be: it ends with 1, says why in one line that shows no password, and leaves nothing. */
const expectRefusal = async (home: string, env: Record<string, string>, why: RegExp): Promise<void> => {
  const started = launchStart(home, env)
  expect(await started.ended).toBe(1)
  expect(started.complained).toEqual([expect.stringMatching(/^kopeika: /)])
  expect(started.complained[0]).toMatch(why)
  const output = [...started.said, ...started.complained].join('\n')
  for (const url of Object.values(env).filter((value) => URL.canParse(value))) {
    expect(output).not.toContain(new URL(url).password || randomUUID())
  }
  expect(output).not.toMatch(/^ready/m)
  expect(processesOf(home)).toEqual([])
  for (const file of ['stack.json', 'starter.pid']) expect(existsSync(join(home, file))).toBe(false)
}

it('a port that another program has', { timeout: TIMEOUT_MS }, async () => {
  const other = await serveForTest((_request, response) => void response.end())
  const GATEWAY_PORT = String(other.port)
  await expectRefusal(makeHome(), { GATEWAY_PORT }, new RegExp(`GATEWAY_PORT ${GATEWAY_PORT} is taken`))
  await other.close()
})

it('a database that its server does not have', { timeout: TIMEOUT_MS }, async () => {
  const DATABASE_URL = new URL('/nobody_made_me', inject('servers').ownerUrl).href
  await expectRefusal(
    makeHome(),
    { DATABASE_URL },
    /DATABASE_URL: .*\/nobody_made_me cannot be used \(.*does not exist/,
  )
})

it('a database that does not let us in', { timeout: TIMEOUT_MS }, async () => {
  const url = new URL(inject('servers').ownerUrl)
  url.password = randomUUID()
  await expectRefusal(
    makeHome(),
    { DATABASE_URL: url.href },
    /DATABASE_URL: .* cannot be used \(.*authentication/,
  )
})

it('a database that a newer version of this program has changed', { timeout: TIMEOUT_MS }, async () => {
  const database = await createTestDatabase()
  await database.ownerSql`
    insert into schema_migrations (id, checksum)
    select '9999-from-the-future', checksum from schema_migrations limit 1`
  await expectRefusal(makeHome(), { DATABASE_URL: database.ownerUrl }, /newer/)
  await database.drop()
})

it.each([
  ['secrets/api-clients', /: .*secrets\/api-clients is damaged/],
  ['keys/postgres-superuser', /: .*keys\/postgres-superuser is damaged/],
  ['redis', /: KOPEIKA_HOME is damaged: .*\/redis must be a folder/],
  ['', /: KOPEIKA_HOME .* cannot be written \(E\w+\)/],
])('a home that is damaged: "%s" is a file of something else', { timeout: TIMEOUT_MS }, async (file, why) => {
  const home = makeHome()
  mkdirSync(dirname(join(home, file)), { recursive: true, mode: 0o711 })
  writeFileSync(join(home, file), '\n', { mode: 0o600 })
  await expectRefusal(home, {}, why)
})
