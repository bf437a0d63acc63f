import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { buryUpdate, claimUpdate, finishUpdate, releaseUpdate, stateOfUpdate } from './inbox.ts'

let database: TestDatabase
let lastId = 0

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const nextUpdate = () => {
  lastId += 1
  return { updateId: lastId, kind: 'message', telegramId: 42, body: { message: { text: 'private words' } } }
}
const claim = (update: ReturnType<typeof nextUpdate>, seconds = 30) =>
  claimUpdate(database.appSql, update, seconds)
const rowOf = async (updateId: number) => {
  const [row] = await database.appSql`select * from telegram_updates where update_id = ${updateId}`
  return row
}
const release = (updateId: number, isOwnFault: boolean, attempts: number) =>
  releaseUpdate(database.appSql, updateId, { attempts, reason: 'it failed', isOwnFault })
const bury = (updateId: number, attempts: number, reason = 'x') =>
  buryUpdate(database.appSql, updateId, { attempts, reason })
const claimedAttempts = async (update: ReturnType<typeof nextUpdate>, seconds = 30): Promise<number> => {
  const claimed = await claim(update, seconds)
  return 'attempts' in claimed ? claimed.attempts : Number.NaN
}

describe('claimUpdate', () => {
  test('stores the update before anything is done with it', async () => {
    const update = nextUpdate()
    expect(await claim(update)).toEqual({ state: 'claimed', attempts: 1 })
    expect(await rowOf(update.updateId)).toMatchObject({
      kind: 'message',
      telegram_id: 42,
      body: update.body,
      state: 'processing',
    })
    expect(await stateOfUpdate(database.appSql, update.updateId)).toBe('busy')
  })

  test('50 deliveries at once: one wins, the others hear that it is busy', async () => {
    const update = nextUpdate()
    const claims = await Promise.all(Array.from({ length: 50 }, () => claim(update)))
    expect(claims.filter(({ state }) => state === 'claimed')).toHaveLength(1)
    expect(claims.filter(({ state }) => state === 'busy')).toHaveLength(49)
  })

  test('a finished update is never claimed again, and its words are gone', async () => {
    const update = nextUpdate()
    await claim(update)
    await finishUpdate(database.appSql, update.updateId)
    expect(await claim(update)).toEqual({ state: 'done' })
    expect(await rowOf(update.updateId)).toMatchObject({ state: 'done', body: null, last_error: null })
  })

  test('burying tells the operators in the same breath; whoever lost the claim tells nobody', async () => {
    const update = nextUpdate()
    await claim(update)
    const alerts = () => database.ownerSql`
      select 1 from graphile_worker._private_jobs where payload->>'subject' = ${`update:${update.updateId}`}`
    await bury(update.updateId, 7)
    expect(await alerts()).toHaveLength(0)
    await bury(update.updateId, 1)
    expect(await alerts()).toHaveLength(1)
  })

  test('a buried update keeps its body for the operator and is not claimed again', async () => {
    const update = nextUpdate()
    await claim(update)
    await bury(update.updateId, 1, 'x'.repeat(5_000))
    expect(await claim(update)).toEqual({ state: 'dead' })
    const row = await rowOf(update.updateId)
    expect(row).toMatchObject({ state: 'dead', body: update.body })
    expect(row?.last_error).toHaveLength(1_000)
  })

  test('a claim that ran out is taken over, by one, and counts as a failure', async () => {
    const update = nextUpdate()
    await claim(update, 0)
    const claims = await Promise.all(Array.from({ length: 10 }, () => claim(update)))
    expect(claims.filter(({ state }) => state === 'claimed')).toEqual([{ state: 'claimed', attempts: 2 }])
  })

  test('who lost its claim cannot finish, release or bury over a finished one', async () => {
    const update = nextUpdate()
    await claim(update)
    await finishUpdate(database.appSql, update.updateId)
    await release(update.updateId, true, 1)
    await bury(update.updateId, 1)
    expect(await rowOf(update.updateId)).toMatchObject({ state: 'done', attempts: 1 })
  })

  test('who lost its claim frees or buries nothing under the hands of the new holder', async () => {
    const update = nextUpdate()
    const slow = await claimedAttempts(update, 0)
    const next = await claimedAttempts(update)
    await release(update.updateId, true, slow)
    await bury(update.updateId, slow)
    expect(await rowOf(update.updateId)).toMatchObject({ state: 'processing', attempts: next })
    expect(await claim(update)).toEqual({ state: 'busy' })
    await finishUpdate(database.appSql, update.updateId)
    expect(await rowOf(update.updateId)).toMatchObject({ state: 'done', body: null })
  })

  test('an update that had its effect is done, though another holder failed with it meanwhile', async () => {
    const update = nextUpdate()
    await claim(update, 0)
    await release(update.updateId, false, await claimedAttempts(update))
    await finishUpdate(database.appSql, update.updateId)
    expect(await claim(update)).toEqual({ state: 'done' })
  })
})

describe('releaseUpdate', () => {
  test('failures of its own bring it nearer to the dead letters', async () => {
    const update = nextUpdate()
    const seen: unknown[] = []
    for (let tried = 0; tried < 5; tried += 1) {
      const claimed = await claim(update)
      seen.push(claimed)
      await release(update.updateId, true, 'attempts' in claimed ? claimed.attempts : 0)
    }
    expect(seen).toEqual([1, 2, 3, 4, 5].map((attempts) => ({ state: 'claimed', attempts })))
    expect(await rowOf(update.updateId)).toMatchObject({ state: 'failed', last_error: 'it failed' })
  })

  test('what is not its own fault does not count, before, between and after failures of its own', async () => {
    const update = nextUpdate()
    const attempts: unknown[] = []
    for (const isOwnFault of [false, false, false, true, false, false, true, false]) {
      const counted = await claimedAttempts(update)
      attempts.push(counted)
      await release(update.updateId, isOwnFault, counted)
    }
    expect(attempts).toEqual([1, 1, 1, 1, 2, 2, 2, 3])
  })

  test('the next delivery may claim it at once, and only one does', async () => {
    const update = nextUpdate()
    await claim(update)
    await release(update.updateId, false, 1)
    const claims = await Promise.all(Array.from({ length: 10 }, () => claim(update)))
    expect(claims.filter(({ state }) => state === 'claimed')).toHaveLength(1)
  })
})
