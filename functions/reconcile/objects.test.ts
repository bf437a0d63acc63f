import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type House, openHouse } from '../../test/support/house.ts'
import { handler } from './handler.ts'

const HOUR = 60 * 60_000

let house: House
beforeAll(async () => {
  house = await openHouse({ functions: [handler] })
})
afterAll(() => house.close())

const resources = () => house.resourcesOf('reconcile')
const keysIn = async (kind: 'avatars' | 'transcripts'): Promise<string[]> => {
  const keys: string[] = []
  for await (const { key } of house.storage.list(house.buckets[kind], '')) keys.push(key)
  return keys
}

beforeEach(async () => {
  // what the tests store is 25 hours old to the janitor
  resources().clock = () => Date.now() + 25 * HOUR
  const { ownerSql } = house
  await ownerSql`delete from reconcile_runs`
  await ownerSql`delete from audit_log`
  await ownerSql`delete from user_avatars`
  await ownerSql`delete from user_transcripts`
  await ownerSql`delete from graphile_worker._private_jobs`
  for (const kind of ['avatars', 'transcripts'] as const) {
    await house.storage.remove(house.buckets[kind], await keysIn(kind))
  }
})

const put = async (kind: 'avatars' | 'transcripts', key: string): Promise<string> => {
  await house.storage.put(house.buckets[kind], key, Buffer.from(key), { contentType: 'image/webp' })
  return key
}

/** An avatar with its three objects; `without`: sizes whose object is not written. */
const addAvatar = async (userId: string, without: readonly string[] = []) => {
  const folder = `avatars/${userId}/${randomUUID()}`
  const keys = Object.fromEntries(['64', '256', '512'].map((size) => [size, `${folder}/${size}.webp`]))
  for (const [size, key] of Object.entries(keys)) if (!without.includes(size)) await put('avatars', key)
  const [row] = await house.ownerSql<{ id: string }[]>`
    insert into user_avatars (user_id, avatar_data) values (${userId}, ${house.ownerSql.json({ keys })}) returning id`
  return { id: row?.id ?? '', keys: Object.values(keys) }
}

const addTranscript = async (userId: string, key: string) => {
  const [row] = await house.ownerSql<{ id: string }[]>`
    insert into user_transcripts (user_id, object_key, format, characters) values (${userId}, ${key}, 'text', 1)
    returning id`
  return row?.id ?? ''
}

const reconcile = (as = 'client') => house.call('reconcile', 'POST', '/', { as, key: null })
const look = async (as?: string) => {
  const reply = await reconcile(as)
  const why = house.logs.findLast((line) => line.includes('could not be compared'))
  expect(reply.status, why).toBe(200)
  return reply.body.objects as { orphans: number; missing: number }
}

const metric = async (name: string): Promise<number> => {
  const reply = await house.call('reconcile', 'GET', '/metrics', {
    as: null,
    headers: { authorization: `Bearer ${house.metricsToken}` },
  })
  const lines = String(reply.body)
    .split('\n')
    .filter((line) => line.startsWith(name))
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

const named = async (): Promise<string[]> => {
  const rows = await house.ownerSql<{ subject: string }[]>`
    select subject from audit_log where action = 'object-missing' order by subject`
  return rows.map(({ subject }) => subject)
}
const alerts = () => house.ownerSql<{ payload: { subject: string; params: { rows: number } } }[]>`
  select payload from graphile_worker._private_jobs where payload->>'kind' = 'object-missing'`

describe('objects without a row', () => {
  test('go when they are older than a day; what rows name stays', async () => {
    const { id } = await house.person()
    const { keys } = await addAvatar(id)
    const text = await put('transcripts', `transcripts/${id}/${randomUUID()}`)
    await addTranscript(id, text)
    for (let count = 0; count < 3; count += 1) await put('avatars', `avatars/${id}/${randomUUID()}/64.webp`)
    await put('transcripts', `transcripts/${id}/${randomUUID()}`)
    const removedBefore = await metric('kopeika_objects_orphans_removed_total')
    expect(await look()).toEqual({ orphans: 4, missing: 0 })
    expect((await keysIn('avatars')).toSorted()).toEqual(keys.toSorted())
    expect(await keysIn('transcripts')).toEqual([text])
    expect(await metric('kopeika_objects_orphans_removed_total')).toBe(removedBefore + 4)
    expect(await look()).toEqual({ orphans: 0, missing: 0 })
  })

  test('stay while they are younger: their row may come yet', async () => {
    const { id } = await house.person()
    const key = await put('avatars', `avatars/${id}/${randomUUID()}/64.webp`)
    resources().clock = () => Date.now() + 23.9 * HOUR
    expect(await look()).toEqual({ orphans: 0, missing: 0 })
    expect(await keysIn('avatars')).toEqual([key])
    resources().clock = () => Date.now() + 24.1 * HOUR
    expect(await look()).toEqual({ orphans: 1, missing: 0 })
  })

  test('of people whom this database does not know, and under foreign names, are left alone', async () => {
    const keys = [
      await put('avatars', `avatars/${randomUUID()}/${randomUUID()}/64.webp`),
      await put('avatars', 'avatars/readme.txt'),
      await put('avatars', 'of-the-operator/logo.webp'),
    ]
    expect(await look()).toEqual({ orphans: 0, missing: 0 })
    expect((await keysIn('avatars')).toSorted()).toEqual(keys.toSorted())
    expect(house.logs.some((line) => /people whom this database does not know/.test(line))).toBe(true)
  })

  test('that get their row between the listing and the removal stay', async () => {
    const { id } = await house.person()
    const key = await put('transcripts', `transcripts/${id}/${randomUUID()}`)
    const { storage } = resources()
    const listPage = storage.listPage
    let calls = 0
    storage.listPage = async (bucket, ...rest) => {
      const page = await listPage(bucket, ...rest)
      if (bucket === house.buckets.transcripts && calls++ === 0) await addTranscript(id, key)
      return page
    }
    expect(await look()).toEqual({ orphans: 0, missing: 0 })
    storage.listPage = listPage
    expect(calls).toBe(1)
    expect(await keysIn('transcripts')).toEqual([key])
  })
})

describe('rows without their object', () => {
  test('are named once, the operators told once, and nothing is changed', async () => {
    const { id } = await house.person()
    const avatar = await addAvatar(id, ['256'])
    await addAvatar(id)
    const transcriptId = await addTranscript(id, `transcripts/${id}/${randomUUID()}`)
    expect(await look()).toEqual({ orphans: 0, missing: 2 })
    expect(await named()).toEqual([`avatar:${avatar.id}`, `transcript:${transcriptId}`])
    expect((await alerts()).map(({ payload }) => payload.subject).toSorted()).toEqual([
      'bucket:avatars',
      'bucket:transcripts',
    ])
    expect(await metric('kopeika_objects_missing')).toBe(2)
    await house.ownerSql`delete from graphile_worker._private_jobs`
    expect(await look()).toEqual({ orphans: 0, missing: 2 })
    expect(await named()).toHaveLength(2)
    expect(await alerts()).toEqual([])
    expect(await house.ownerSql`select 1 from user_avatars`).toHaveLength(2)
    // it is back
    for (const key of avatar.keys) await put('avatars', key)
    expect(await look()).toEqual({ orphans: 0, missing: 1 })
    expect(await metric('kopeika_objects_missing')).toBe(1)
  })

  test('are given an hour, since an object may be younger than the listing', async () => {
    const { id } = await house.person()
    await addTranscript(id, `transcripts/${id}/${randomUUID()}`)
    resources().clock = () => Date.now() + 0.9 * HOUR
    expect(await look()).toEqual({ orphans: 0, missing: 0 })
    resources().clock = () => Date.now() + 1.1 * HOUR
    expect(await look()).toEqual({ orphans: 0, missing: 1 })
  })

  test('a bucket that is lost as a whole is one alert, and its names are bounded', async () => {
    const { id } = await house.person()
    for (let count = 0; count < 104; count += 1) await addTranscript(id, `transcripts/${id}/${randomUUID()}`)
    expect(await look()).toEqual({ orphans: 0, missing: 104 })
    expect(await named()).toHaveLength(100)
    expect(await alerts()).toHaveLength(1)
  })
})

describe('many', () => {
  test('people and objects beyond one page are compared to the last', { timeout: 60_000 }, async () => {
    const people = await house.ownerSql<{ id: string }[]>`
      insert into users (telegram_id) select 8000000000 + n from generate_series(1, 620) n returning id`
    const keyOf = (id: string) => `transcripts/${id}/${randomUUID()}`
    const named = people.map(({ id }) => keyOf(id))
    const rows = named.map((object_key, index) => ({
      user_id: people[index]?.id ?? '',
      object_key,
      format: 'text',
      characters: 1,
    }))
    await house.ownerSql`insert into user_transcripts ${house.ownerSql(rows)}`
    const orphans = people.map(({ id }) => keyOf(id))
    const written = [...named.slice(0, -1), ...orphans]
    for (let from = 0; from < written.length; from += 50) {
      await Promise.all(written.slice(from, from + 50).map((key) => put('transcripts', key)))
    }
    expect(await look()).toEqual({ orphans: 620, missing: 1 })
    expect((await keysIn('transcripts')).toSorted()).toEqual(named.slice(0, -1).toSorted())
  })

  test('a look that ran out of time goes on with the next scheduled run', async () => {
    const [first, second] = [await house.person(), await house.person()].sort((a, b) =>
      a.id < b.id ? -1 : 1,
    )
    if (!first || !second) throw new Error('Nobody is there.')
    const early = await put('avatars', `avatars/${first.id}/${randomUUID()}/64.webp`)
    await put('avatars', `avatars/${second.id}/${randomUUID()}/64.webp`)
    resources().clock = () => Date.now()
    await look('cron')
    resources().clock = () => Date.now() + 25 * HOUR
    const stoppedAt = { kind: 'avatars', after: `avatars/${first.id}/~` }
    await house.ownerSql`
      update reconcile_runs set started_at = now() + interval '25 hours',
        report = jsonb_set(jsonb_set(report, '{objects,stoppedAt}', ${house.ownerSql.json(stoppedAt)}), '{objects,orphans}', '7')`
    expect(await look('cron')).toEqual({ orphans: 8, missing: 0 })
    expect(await keysIn('avatars')).toEqual([early])
    // it was whole: the schedule repeats the figures, who asks in person gets fresh ones
    await house.ownerSql`update reconcile_runs set started_at = now() + interval '25 hours'`
    expect(await look('cron')).toEqual({ orphans: 8, missing: 0 })
    expect(await look()).toEqual({ orphans: 1, missing: 0 })
  })
})

test('a store that is away fails its part alone: 502 names it, the books are kept', async () => {
  const { storage } = resources()
  const listPage = storage.listPage
  const { unavailable } = await import('#shared/errors.ts')
  storage.listPage = async () => {
    throw unavailable('away')
  }
  const failuresBefore = await metric('kopeika_reconcile_failures_total{provider="storage"')
  const reply = await reconcile()
  storage.listPage = listPage
  expect([reply.status, reply.body.code]).toEqual([502, 'upstream_failed'])
  expect(reply.body.detail).toMatch(/storage/)
  const [run] = await house.ownerSql<{ report: Record<string, unknown>; failure: string }[]>`
    select report, failure from reconcile_runs`
  expect(run?.report).toMatchObject({ ledger: { drift: 0 } })
  expect(run?.failure).toMatch(/^storage/)
  expect(await metric('kopeika_reconcile_failures_total{provider="storage"')).toBe(failuresBefore + 1)
  expect(await metric('kopeika_reconcile_last_success_timestamp_seconds{kind="pending"')).toBeGreaterThan(0)
  // the next run makes up for it
  expect(await look('cron')).toEqual({ orphans: 0, missing: 0 })
})
