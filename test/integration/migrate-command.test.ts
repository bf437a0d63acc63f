import { afterAll, beforeAll, expect, test } from 'vitest'
import { runMigrate } from '../../scripts/migrate.ts'
import { createEmptyDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createEmptyDatabase()
})

afterAll(() => database.drop())

async function run(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  const lines: string[] = []
  const urls = { DATABASE_URL: database.ownerUrl, APP_DATABASE_URL: database.appUrl }
  const code = await runMigrate(args, { ...urls, ...env }, (line) => lines.push(line))
  return { code, output: lines.join('\n') }
}

test('shows what is pending, applies it, and then finds nothing to do', async () => {
  expect(await run(['--status'])).toMatchObject({
    code: 3,
    output: expect.stringMatching(/^0001-people +pending$/m),
  })
  expect(await run([])).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^applied 0001-people\n[\s\S]*\d+ applied/),
  })
  expect(await run([])).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^nothing to apply, .* is at \d{4}-/),
  })
  expect(await run(['--status'])).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^0001-people +applied {2}\d{4}-\d\d-\d\dT/m),
  })
})

test('shows and refuses a database that is newer than the code', async () => {
  await database.ownerSql`insert into schema_migrations (id, checksum) values ('9999-future', ${'0'.repeat(64)})`
  for (const args of [[], ['--status']]) {
    expect(await run(args)).toMatchObject({ code: 1, output: expect.stringContaining('it has 9999-future') })
  }
  await database.ownerSql`delete from schema_migrations where id = '9999-future'`
})

test.each([
  ['help', ['--help'], {}, 0, /Usage: npm run migrate/],
  ['an unknown option', ['--force'], {}, 2, /--force.*\n.*--help/],
  ['no owner', [], { DATABASE_URL: '' }, 2, /^DATABASE_URL is not set/],
  ['no application', [], { APP_DATABASE_URL: '' }, 2, /^APP_DATABASE_URL is not set/],
  ['another scheme', [], { DATABASE_URL: 'mysql://a:secret@b/c' }, 2, /^DATABASE_URL must look like/],
  ['no server', [], { DATABASE_URL: 'postgres://a:secret@127.0.0.1:1/c' }, 1, /ECONNREFUSED/],
])('says what is wrong: %s', async (_name, args, env: Record<string, string>, code, pattern) => {
  const result = await run(args, env)
  expect(result).toEqual({ code, output: expect.stringMatching(pattern) })
  expect(result.output).not.toContain('secret')
})
