import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { readCursor, setMatchedUntil, setPosition } from './provider-cursors.ts'
import { findUnseenPayments, nextSlice } from './unseen-payments.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  await database.ownerSql`delete from provider_entries`
  await database.ownerSql`delete from payments`
})

const DAY = Date.UTC(2026, 4, 1)
const at = (seconds: number): Date => new Date(DAY + seconds * 1000)

/** So many payments of Stars in suspense, `step` seconds from each other; those at `seen` have a line. */
const add = async (prefix: string, count: number, { from = 0, step = 1 } = {}) => {
  await database.ownerSql`
    insert into payments (provider, charge_id, state, reason, currency, amount, created_at)
    select 'stars', ${prefix} || n, 'suspense', 'x', 'XTR', 1,
      ${at(from)}::timestamptz + n * ${step}::float8 * interval '1 second' + interval '123 microseconds'
    from generate_series(0, ${count}::int - 1) n`
}
const show = (chargeId: string) => database.ownerSql`
  insert into provider_entries (provider, direction, external_id, charge_id, currency, amount, occurred_at, state)
  select 'stars', 'in', charge_id, charge_id, 'XTR', 1, created_at, 'matched' from payments where charge_id like ${chargeId}`

/** All slices from the beginning, and the charges that they find. */
const walk = async (before: Date, start: Date | null = null) => {
  const found: string[] = []
  const ends: Date[] = []
  for (let after = start; ; ) {
    const slice = await nextSlice(database.appSql, 'stars', { after, before, size: 20 })
    const unseen = await findUnseenPayments(database.appSql, 'stars', slice, 1_000)
    found.push(...unseen.map(({ chargeId }) => chargeId))
    ends.push(slice.upTo)
    if (slice.upTo >= before) return { found, ends }
    after = slice.upTo
  }
}

test('slices follow each other without a gap: each payment without a line is found once', async () => {
  await add('p', 45)
  await show('p%')
  for (const id of ['p0', 'p19', 'p20', 'p44']) {
    await database.ownerSql`delete from provider_entries where external_id = ${id}`
  }
  const { found, ends } = await walk(at(100))
  expect(found).toEqual(['p0', 'p19', 'p20', 'p44'])
  // 20 and what is left of their millisecond, the same again, the rest
  expect(ends).toEqual([new Date(at(19).getTime() + 1), new Date(at(39).getTime() + 1), at(100)])
  // what comes after the moment is not looked at, nor what comes before the mark
  expect((await walk(at(20))).found).toEqual(['p0', 'p19'])
  expect((await walk(at(100), at(10))).found).toEqual(['p19', 'p20', 'p44'])
})

test('more than a slice in one moment: it goes on all the same', async () => {
  await add('same', 50, { step: 0 })
  await add('later', 3, { from: 60 })
  await show('same%')
  const { found } = await walk(at(3_600))
  expect(found).toEqual(['later0', 'later1', 'later2'])
})

test('payments of another provider are none of them', async () => {
  await add('p', 2)
  const slice = await nextSlice(database.appSql, 'yookassa', { after: null, before: at(3_600) })
  expect(slice).toEqual({ after: null, upTo: at(3_600) })
  expect(await findUnseenPayments(database.appSql, 'yookassa', slice, 10)).toEqual([])
})

test('the mark only goes ahead, and beside the position', async () => {
  const { appSql } = database
  expect((await readCursor(appSql, 'stars')).matchedUntil).toBeNull()
  await setPosition(appSql, 'stars', 7)
  await setMatchedUntil(appSql, 'stars', at(100))
  await setMatchedUntil(appSql, 'stars', at(50))
  expect(await readCursor(appSql, 'stars')).toEqual({ position: 7, readUntil: null, matchedUntil: at(100) })
})
