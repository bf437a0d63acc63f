import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { DATA_FILES } from './person-data.ts'
import { DELETED_BY_USER, PERSON_TABLES, type PersonTable } from './person-tables.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

/** Every table that has such a column, or refers to one that has, however far. */
const walk = async (): Promise<string[]> => {
  const rows = await database.ownerSql<{ name: string }[]>`
    with recursive linked(child, parent) as (
      select conrelid, confrelid from pg_constraint where contype = 'f' and conrelid <> confrelid
    ), personal(oid) as (
      select attrelid from pg_attribute join pg_class c on c.oid = attrelid
      where relnamespace = 'public'::regnamespace and relkind = 'r' and not attisdropped
        and (attname in ('telegram_id', 'chat_id', 'username', 'first_name') or attname ~ '(^|_)(user|payer|person|owner)_id$')
      union
      select child from linked join personal on oid = parent
    )
    select relname as name from personal join pg_class using (oid) order by 1`
  return rows.map(({ name }) => name)
}

const ruleOf = (name: PersonTable): { erasure: string; file: string | null; why?: string } =>
  PERSON_TABLES[name]

const namesWith = (erasure: string): PersonTable[] =>
  (Object.keys(PERSON_TABLES) as PersonTable[]).filter((name) => ruleOf(name).erasure === erasure)

test('every table of the schema that knows whose its rows are is in the list, and no other', async () => {
  const found = await walk()
  expect(found.length).toBeGreaterThan(15)
  expect(Object.keys(PERSON_TABLES).sort()).toEqual(found)
})

describe.each(Object.keys(PERSON_TABLES) as PersonTable[])('%s', (name) => {
  const rule = ruleOf(name)

  test('is in the export, or it is said why not', () => {
    if (rule.file === null) return expect(rule.why).toMatch(/\w+ \w+/)
    const madeOtherwise = ['profile', 'provider-entries', 'transcripts']
    expect([...DATA_FILES, ...madeOtherwise]).toContain(rule.file)
  })

  test('what is deleted can be deleted by the functions, and is found by its person', async () => {
    const [row] = await database.ownerSql<{ mayDelete: boolean; hasPerson: boolean }[]>`
      select has_table_privilege('kopeika_app', ${name}::text, 'delete') as "mayDelete", exists (
        select from pg_attribute where attrelid = ${name}::text::regclass and attname = 'user_id'
      ) as "hasPerson"`
    expect(row?.mayDelete).toBe(
      rule.erasure === 'deleted' || rule.erasure === 'cascade' || name === 'erasures',
    )
    expect(DELETED_BY_USER.includes(name)).toBe(rule.erasure === 'deleted' && row?.hasPerson === true)
  })
})

test.each(namesWith('cascade'))('%s goes with another row by the foreign key', async (name) => {
  const keys = await database.ownerSql<{ action: string }[]>`
      select confdeltype as action from pg_constraint where contype = 'f' and conrelid = ${name}::text::regclass`
  expect(keys.map(({ action }) => action)).toEqual(['c'])
})

test.each(namesWith('kept'))('%s is kept and has no column that could name a person', async (name) => {
  const columns = await database.ownerSql<{ name: string }[]>`
      select attname as name from pg_attribute
      where attrelid = ${name}::text::regclass and attnum > 0 and not attisdropped
        and format_type(atttypid, null) in ('text', 'jsonb', 'bytea')`
  // words of the ledger are written by programs; ids are those of providers; the rest are enumerations and versions
  const known = [
    ...['type', 'description', 'service', 'reference', 'price_version', 'actor', 'state', 'provider', 'pack'],
    ...['currency', 'url', 'external_id', 'charge_id', 'processor_charge_id', 'reason', 'origin', 'failure'],
    'direction',
  ]
  expect(columns.map((column) => column.name).filter((column) => !known.includes(column))).toEqual([])
})
