import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '#shared/db/client.ts'
import { createCaller } from './caller.ts'
import { settleAndCheck } from './finish.ts'
import { live, meet, type Told } from './people.ts'
import { createChance } from './random.ts'
import { openStage } from './stage.ts'
import { behave, createCuts, type Damage, killFunctions, killPostgres, misbehave } from './troubles.ts'

const PEOPLE = 40
const WORKERS = 16
const PROGRESS_MS = 10_000
/** Between two deaths of PostgreSQL, at most. */
const POSTGRES_PAUSE_MS = 40_000

export type StormOptions = { seconds: number; seed: number; print: (line: string) => void }

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, one) => total + one, 0)

const describeDamage = ({ kills, restarts, cuts, cutsAtCommit }: Damage): string =>
  `${sum(kills.values())} functions killed, PostgreSQL down ${restarts} times, ${cuts} lines cut (${cutsAtCommit} at COMMIT)`

/**
 * A payment storm on a stack of its own: people buy, spend and ask for their money back while functions and PostgreSQL are killed, lines are
 * cut at COMMIT and the providers lose, double and reorder what they tell. Then it is calm, and the books must close. Gives the violations.
 */
export const runStorm = async ({ seconds, seed, print }: StormOptions): Promise<string[]> => {
  print(`storm: seed ${seed}, ${seconds} s`)
  const chance = createChance(seed)
  const cuts = createCuts(createChance(seed + 1))
  const stage = await openStage(cuts)
  const { stack, postgres } = stage
  const sql = openDatabase({ url: postgres.ownerUrl, applicationName: 'storm', max: 4 })
  try {
    const startedAt = performance.now()
    let isOver = false
    const caller = createCaller(stack, () => isOver)
    const told: Told = {
      charges: new Set(),
      holds: new Set(),
      captures: 0,
      refunds: 0,
      refundsOutside: 0,
      refused: 0,
      strange: [],
    }
    const context = { stack, caller, chance, told, people: [] as number[] }
    for (let index = 0; index < PEOPLE; index += 1) await meet(context, index)
    print(`${PEOPLE} people are there; the storm begins`)

    await misbehave(stack, caller, seed)
    cuts.start()
    const troubles = new AbortController()
    const { damage } = cuts
    const pauseMs = Math.min(POSTGRES_PAUSE_MS, seconds * 500)
    const trouble = [
      killFunctions(createChance(seed + 2), damage, troubles.signal),
      killPostgres(createChance(seed + 3), damage, postgres, pauseMs, troubles.signal),
    ]
    const lives = Array.from({ length: WORKERS }, () => live(context, () => isOver))
    const since = performance.now()
    while (performance.now() - since < seconds * 1000 - 100) {
      await sleep(Math.min(PROGRESS_MS, seconds * 1000 - (performance.now() - since)))
      print(
        `${Math.round((performance.now() - since) / 1000)} s: ${told.charges.size} charges acknowledged, ${told.refunds} refunds, ${describeDamage(damage)}`,
      )
    }
    isOver = true
    cuts.stop()
    troubles.abort()
    await Promise.all([...lives, ...trouble])
    await behave(stack, caller)
    isOver = false
    print('the storm is over; everything is repaired')

    const outcome = await settleAndCheck(stack, caller, sql, told, print)
    for (const line of outcome.lines) print(line)
    print(`damage                      ${describeDamage(damage)}`)
    print(
      `  killed                    ${[...damage.kills].map(([name, times]) => `${name} ${times}`).join(', ')}`,
    )
    print(`time                        ${Math.round((performance.now() - startedAt) / 1000)} s, seed ${seed}`)
    for (const violation of outcome.violations.slice(0, 50)) print(`VIOLATION ${violation}`)
    print(`${outcome.violations.length} violations`)
    return outcome.violations
  } finally {
    await sql.end({ timeout: 2 }).catch(() => undefined)
    await stage.close()
  }
}
