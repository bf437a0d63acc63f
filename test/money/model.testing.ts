import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { handler as charge } from '../../functions/charge/handler.ts'
import { handler as reconcile } from '../../functions/reconcile/handler.ts'
import { handler as register } from '../../functions/register/handler.ts'
import { handler as topUp } from '../../functions/top-up/handler.ts'
import { type Command, sequences } from './commands.ts'
import { checkInvariants } from './invariants.ts'
import { bookOfStars } from './provider-books.ts'
import { REGRESSIONS } from './regressions.ts'
import { Runner } from './runner.ts'
import { type Lane, openLane } from './support/lane.ts'
import { sizes } from './support/sizes.ts'
import { tally } from './support/tally.ts'

/** Databases side by side: one waits for its server while another computes. */
const LANES = 5
/** All books of a lane are looked at after so many sequences; each sequence's own people after every one. */
const LOOK_EVERY = 100

/**
 * The model tests, one of `parts` files that share the sequences out: each is a process of its own, and a machine has more than one core.
 */
export const defineModelTests = ({ part, parts }: { part: number; parts: number }): void => {
  const runsPerLane = Math.ceil(sizes.runs / parts / LANES)
  let lanes: Lane[]
  let crashes = 0
  let commands = 0
  let total = 0

  beforeAll(async () => {
    lanes = await Promise.all(
      Array.from({ length: LANES }, () => openLane([register, topUp, charge, reconcile])),
    )
  })
  afterAll(() => Promise.all(lanes.map((lane) => lane.close())))

  const violationsOf = (lane: Lane): Promise<string[]> =>
    checkInvariants(lane.ownerSql, {
      noticesAreKept: true,
      books: [bookOfStars(lane.sim.state.transactions.values())],
    })

  afterEach(async () => {
    const violations = (await Promise.all(lanes.map(violationsOf))).flat()
    tally('violations', 'model', violations.length)
    expect(violations).toEqual([])
  })

  const play = async (lane: Lane, sequence: readonly Command[]): Promise<void> => {
    const runner = new Runner(lane)
    for (const command of sequence) await runner.run(command)
    await runner.finish()
    crashes += runner.crashes
    commands += sequence.length
  }

  const playMany = async (lane: Lane, seed: number, runs: number): Promise<void> => {
    let played = 0
    await fc.assert(
      fc.asyncProperty(sequences, async (sequence) => {
        await play(lane, sequence)
        played += 1
        total += 1
        if (total % 1_000 === 0) console.log(`${total} sequences so far`)
        if (played % LOOK_EVERY === 0) expect(await violationsOf(lane)).toEqual([])
      }),
      { seed, numRuns: runs },
    )
  }

  describe('sequences that failed once', () => {
    test.each(REGRESSIONS)('$name', async ({ commands: sequence }) => {
      const [lane] = lanes
      if (lane) await play(lane, sequence)
    })
  })

  describe('any sequence of commands, with lines that break', () => {
    test(`leaves what the reference ledger says (MONEY_SEED=${sizes.seed}, ${runsPerLane * LANES} sequences)`, {
      timeout: 1_800_000,
    }, async () => {
      await Promise.all(
        lanes.map((lane, index) => playMany(lane, sizes.seed + part * LANES + index, runsPerLane)),
      )
      tally('sequences', `MONEY_SEED=${sizes.seed}`, runsPerLane * LANES)
      tally('commands', 'model', commands)
      tally('crashes', 'model', crashes)
    })
  })
}
