import { randomInt, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { processEnv } from '#shared/platform/env.ts'
import { ask, readBooks } from '../e2e/support/books.ts'
import { type Answer, charge, register } from '../e2e/support/caller.ts'
import { postUpdate } from '../e2e/support/chat.ts'
import { familyOf } from '../e2e/support/processes.ts'
import { cleanUp, makeHome, type RunningStack, startStack } from '../e2e/support/starter.ts'
import { messageFrom } from '../support/chat.ts'

const BONUS = 50
const PEOPLE = 20
const POOL = Number(processEnv().PGBOUNCER_POOL)

let running: RunningStack
beforeAll(async () => {
  running = await startStack(makeHome())
})
afterAll(cleanUp, 60_000)

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))

/** Connections that the functions' role has at PostgreSQL itself, and how many of them ask for nothing. */
const countConnections = async (): Promise<number> =>
  ask(running.stack, async (sql) => {
    const [row] = await sql<[{ count: number }]>`
      select count(*)::int as count from pg_stat_activity where usename = 'kopeika_functions'`
    return row.count
  })

const logsOf = (home: string): string =>
  readdirSync(join(home, 'logs'))
    .map((name) => readFileSync(join(home, 'logs', name), 'utf8'))
    .join('\n')

/** What a connection that keeps something for one client, and is given to another, makes PostgreSQL say. */
const LEAKED_STATE =
  /prepared statement .{0,80}(does not exist|already exists)|unnamed portal|unsupported startup parameter/

/** `count` charges of one coin for each person, `parallel` at a time; a refusal for want of a connection is repeated under its key. */
const takeCoins = async (
  people: readonly number[],
  rounds: number,
  mayRepeat: boolean,
): Promise<Answer[]> => {
  const takeOne = async (person: number): Promise<Answer> => {
    const key = randomUUID()
    let answer = await charge(running.stack, person, 1, key)
    for (let tries = 0; mayRepeat && answer.status !== 200 && tries < 100; tries += 1) {
      expect([409, 503]).toContain(answer.status)
      await new Promise((resolve) => setTimeout(resolve, 100))
      answer = await charge(running.stack, person, 1, key)
    }
    return answer
  }
  const lanes = people.map(async (person) => {
    const answers: Answer[] = []
    for (let round = 0; round < rounds; round += 1) answers.push(await takeOne(person))
    return answers
  })
  return (await Promise.all(lanes)).flat()
}

const makePeople = async (): Promise<number[]> => {
  const people = times(PEOPLE, () => randomInt(2 ** 40))
  await Promise.all(people.map((person) => register(running.stack, person)))
  return people
}

const expectBooks = async (people: readonly number[], charges: number): Promise<void> => {
  for (const person of people) {
    expect(await readBooks(running.stack, person)).toEqual({
      accounts: 1,
      coins: BONUS - charges,
      movements: { bonus: 1, charge: charges },
    })
  }
}

it('carries charges and updates at once over eight connections in all, without one error', async () => {
  expect(running.said).toContainEqual(
    expect.stringMatching(new RegExp(`^pgbouncer .*, ${POOL} connections behind it`)),
  )
  const people = await makePeople()
  const strangers = times(100, () => randomInt(2 ** 40))
  let most = 0
  let isOver = false
  const watch = async (): Promise<void> => {
    while (!isOver) most = Math.max(most, await countConnections())
  }
  const watching = watch()
  const [charges, updates] = await Promise.all([
    takeCoins(people, 20, false),
    Promise.all(
      strangers.map((person) => postUpdate(running.stack, messageFrom(person, { text: '/start' }))),
    ),
  ])
  isOver = true
  await watching
  expect(new Set(charges.map(({ status }) => status))).toEqual(new Set([200]))
  expect(new Set(updates.map(({ status }) => status))).toEqual(new Set([200]))
  await expectBooks(people, 20)
  expect(most).toBeGreaterThan(0)
  expect(most).toBeLessThanOrEqual(POOL)
  expect(logsOf(running.home)).not.toMatch(LEAKED_STATE)
})

it('loses nothing when PgBouncer is started anew under load, and no prepared statement is missed', async () => {
  const people = await makePeople()
  const charging = takeCoins(people, 30, true)
  for (let restart = 0; restart < 3; restart += 1) {
    const pgbouncer = familyOf(running.stack.pid).filter(({ command }) =>
      /pgbouncer\S* .*pgbouncer\.ini/.test(command),
    )
    expect(pgbouncer).toHaveLength(1)
    // only a child of our own stack; killed hard, as a crash would
    for (const { pid } of pgbouncer) process.kill(pid, 'SIGKILL')
    await expect
      .poll(() => running.said.filter((line) => line.startsWith('pgbouncer: ended')).length, {
        timeout: 10_000,
      })
      .toBe(restart + 1)
    await expect
      .poll(async () => (await charge(running.stack, people[0] ?? 0, 51)).status, { timeout: 20_000 })
      .toBe(402)
  }
  const answers = await charging
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  await expectBooks(people, 30)
  expect(logsOf(running.home)).not.toMatch(LEAKED_STATE)
})
